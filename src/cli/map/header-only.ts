import { open } from 'node:fs/promises';

import type { RowFormat } from './row-format.js';

/** Bytes of the longest header that is known as one. */
const mostBytes = 1_000_000;

/** Whether nothing but a header of fanfold's is in a file: a command that was killed before its first row leaves that. */
export async function isHeaderOnly(path: string, { isHeader }: Pick<RowFormat, 'isHeader'>): Promise<boolean> {
  if (isHeader === undefined) return false;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    return bytesRead < mostBytes && isHeader(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}
