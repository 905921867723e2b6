import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Whether a file or folder is to be made, or made again: it is not there, or one of its inputs has changed since.
 *
 * @param output path from the checkout's root; whoever makes it touches it, also where nothing has changed
 * @param inputs paths of the files and folders that it is made of
 */
export async function isStale(output, inputs) {
  const [madeAtMs, ...changedAtMs] = await Promise.all(
    [output, ...inputs].map((path) => lastChangeMs(resolve(root, path)).catch(() => 0)),
  );
  return Math.max(...changedAtMs) >= madeAtMs;
}

async function lastChangeMs(path) {
  const { mtimeMs } = await stat(path);
  const entries = await readdir(path).catch(() => []);
  return Math.max(mtimeMs, ...(await Promise.all(entries.map((entry) => lastChangeMs(join(path, entry))))));
}
