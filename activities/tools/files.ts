import { open, readdir, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

import { toolFailure } from './tool-failure.js';

const mostNames = 1_000;
/** Largest part of a file that is read at once, in bytes. */
const mostBytes = 100_000;

/**
 * The files below a folder, or a folder in it, by their path from there.
 *
 * @throws ApplicationFailure `ToolFailed` where it cannot be read, or lies elsewhere
 */
export async function listFiles(folder: string, path: string): Promise<{ files: string[]; more: number }> {
  const root = await realpath(folder).catch(notThere);
  const start = await within(root, path);
  const entries = await readdir(start, { recursive: true, withFileTypes: true }).catch(notThere);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((name) => !/(^|[/\\])(node_modules|\.git)[/\\]/.test(name))
    .toSorted();
  return { files: files.slice(0, mostNames), more: Math.max(0, files.length - mostNames) };
}

/**
 * A part of a text file.
 *
 * @param from byte at which to begin
 * @throws ApplicationFailure `ToolFailed` where it is no file, or lies elsewhere
 */
export async function readFilePart(
  folder: string,
  path: string,
  from: number,
): Promise<{ text: string; next?: number; size: number }> {
  const file = await open(await within(await realpath(folder).catch(notThere), path)).catch(notThere);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw toolFailure(`Expected a file, got \`${path}\`, which is none.`);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(mostBytes), position: from });
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    if (text.includes('\0')) throw toolFailure(`Expected a text file, got \`${path}\`, which is not text.`);
    const next = from + bytesRead;
    return { text, size: stat.size, ...(next < stat.size && { next }) };
  } finally {
    await file.close();
  }
}

/** A link may lead out of the folder: what counts is where a path ends. */
async function within(root: string, path: string): Promise<string> {
  const real = await realpath(resolve(root, path)).catch(notThere);
  if (real !== root && !real.startsWith(root + sep)) {
    throw toolFailure(`Expected a path inside the folder, got \`${path}\`.`);
  }
  return real;
}

function notThere(error: NodeJS.ErrnoException): never {
  throw toolFailure(error.code === 'ENOENT' ? 'There is no such file or folder.' : `It cannot be read: ${error.code}.`);
}
