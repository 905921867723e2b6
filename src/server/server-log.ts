import { readFile, stat, truncate } from 'node:fs/promises';

/** A log longer than this, in bytes, is begun anew. */
export const longestLog = 10 * 1_024 * 1_024;

/** Empties a log that has grown too long. The server appends, so this is safe while it runs. */
export async function boundLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (log) => log.size,
    () => 0,
  );
  if (size > longestLog) await truncate(path, 0);
}

/** The last lines of a log from `offset` (bytes) on; empty when there are none. */
export async function logTail(path: string, offset: number, lines = 15): Promise<string> {
  const log = await readFile(path).catch(() => Buffer.alloc(0));
  return log.subarray(offset).toString('utf8').trimEnd().split('\n').slice(-lines).join('\n').slice(-4_000);
}
