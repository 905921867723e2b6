import { readFile, rename, rm, writeFile } from 'node:fs/promises';

let writes = 0;

/** The value in a JSON file; undefined when it is missing or not JSON. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces a JSON file as a whole: a reader, or a crash, sees the old value or the new one. */
export async function writeJson(path: string, value: object): Promise<void> {
  writes += 1;
  const written = `${path}.${process.pid}-${writes}.new`;
  try {
    await writeFile(written, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}
