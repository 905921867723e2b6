import type { ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { homePaths } from '../../server/index.js';

/** Most lines of a log that an error repeats, and most bytes in which they are looked for. */
const mostLines = 5;
const mostBytes = 16 * 1_024;

/** Where in the log of its home each worker began to write: workers before it have written there, too. */
const beginnings = new WeakMap<ChildProcess, number>();

/**
 * Starts a worker whose output goes to the log of its home.
 *
 * @param start is given the open log
 */
export async function withLog(home: string, start: (log: FileHandle) => Promise<ChildProcess>): Promise<ChildProcess> {
  const log = await open(homePaths(home).workerLog, 'a', 0o600);
  try {
    const { size } = await log.stat();
    const worker = await start(log);
    beginnings.set(worker, size);
    return worker;
  } finally {
    await log.close();
  }
}

/** The last lines that this worker has written; empty where it has written none. */
export async function endOfLog(home: string, worker: ChildProcess): Promise<string> {
  const log = await open(homePaths(home).workerLog, 'r');
  try {
    const { size } = await log.stat();
    const from = Math.max(beginnings.get(worker) ?? 0, size - mostBytes);
    const { buffer, bytesRead } = await log.read({ buffer: Buffer.alloc(Math.max(0, size - from)), position: from });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-mostLines).join('\n');
  } finally {
    await log.close();
  }
}
