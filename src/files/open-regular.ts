import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, open, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';

/** Flags of the open. Windows lacks the last two; a missing one is 0. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** The error of a path that leads elsewhere, or to something that is no regular file. */
class NotAFile extends Error {
  override readonly name = 'NotAFile';

  constructor(readonly why: 'notRegular' | 'linkOut') {
    super(why === 'notRegular' ? 'It is not a regular file.' : 'It leads out of the folder.');
  }
}

/**
 * Opens a regular file for reading.
 *
 * OpenRegular-1. A named pipe, a device or a socket is never waited for. One that was there from the start is not even opened.
 * OpenRegular-2. A link as the last part of the path is not followed.
 *
 * @throws NotAFile for anything but a regular file
 */
async function openRegular(path: string): Promise<FileHandle> {
  if (!(await lstat(path)).isFile()) throw new NotAFile('notRegular');
  // The file may have been exchanged meanwhile. Without O_NONBLOCK the open of a pipe would wait for a writer.
  const handle = await open(path, readOnly).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' || error.code === 'ENXIO' ? new NotAFile('notRegular') : error;
  });
  const found = await handle.stat().catch(() => undefined);
  if (found?.isFile() === true) return handle;
  await handle.close();
  throw new NotAFile('notRegular');
}

/**
 * Opens a regular file below a folder. The real end of its path counts.
 *
 * @param root real path of the folder
 * @throws NotAFile where the path leads out of the folder, or ends at anything but a regular file
 */
export async function openInside(root: string, path: string): Promise<FileHandle> {
  const real = await realpath(path);
  if (!isInside(root, real)) throw new NotAFile('linkOut');
  const handle = await openRegular(real);
  try {
    // A folder on the way may have been exchanged for a link before it was opened.
    const [again, there, opened] = await Promise.all([realpath(path), stat(real), handle.stat()]);
    if (again !== real || !isSame(there, opened)) throw new NotAFile('linkOut');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads the beginning of a regular file, and says whether that is all of it. */
export async function readRegular(path: string, most: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  return readUpTo(await openRegular(path), most);
}

/** Reads the beginning of a file below a folder; see {@link openInside}. */
export async function readInside(
  root: string,
  path: string,
  most: number,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  return readUpTo(await openInside(root, path), most);
}

async function readUpTo(handle: FileHandle, most: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  try {
    const bytes = await readAt(handle, 0, most + 1);
    return { bytes: bytes.subarray(0, most), isWhole: bytes.length <= most };
  } finally {
    await handle.close();
  }
}

/** Reads so many bytes of a file from a position, or fewer where the file ends. */
export async function readAt(handle: FileHandle, from: number, most: number): Promise<Buffer> {
  const { size } = await handle.stat();
  // Files of /proc say that they are empty.
  const buffer = Buffer.alloc(Math.min(most, size > from ? size - from + 1 : most));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Whether a real path is that of a folder, or below it. */
export function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}

function isSame(left: Stats, right: Stats): boolean {
  return left.ino === right.ino && left.dev === right.dev;
}
