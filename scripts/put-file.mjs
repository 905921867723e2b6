// Writes what a build makes: a second build of the same changes no file, and whoever reads meanwhile reads the old one or the new one, whole.
import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes the file unless it has that content already. */
export async function putFile(path, content) {
  if (await holds(path, content)) return;
  const unfinished = `${path}.${process.pid}`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * Puts the folder where the other is, unless both have the same files.
 *
 * @param executables names of files to make executable
 */
export async function putFolder(unfinished, folder, executables) {
  for (const name of executables) await chmod(join(unfinished, name), 0o755);
  if (await isSame(unfinished, folder)) {
    await rm(unfinished, { recursive: true });
    return;
  }
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
}

async function isSame(left, right) {
  const names = await readdir(left);
  if (names.length !== (await readdir(right).catch(() => [])).length) return false;
  const same = names.map(async (name) => holds(join(right, name), await readFile(join(left, name))));
  return (await Promise.all(same)).every(Boolean);
}

async function holds(path, content) {
  const found = await readFile(path).catch(() => undefined);
  return found !== undefined && found.equals(Buffer.from(content));
}
