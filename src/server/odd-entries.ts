import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * Entries of a home that are neither file nor folder, by paths relative to it. A link makes what is written to the home be
 * written elsewhere, and a pipe makes its reader wait.
 */
async function oddEntries(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isFile() && !entry.isDirectory())
    .map(({ parentPath, name }) => relative(home, join(parentPath, name)))
    .toSorted();
}

/** Advice about such entries before a home is adopted; undefined where there are none. */
export async function adviceOnOddEntries(home: string): Promise<string | undefined> {
  const [first, ...rest] = await oddEntries(home);
  if (first === undefined) return undefined;
  const others = rest.length === 0 ? '' : ` and ${rest.length} more`;
  return `Remove what is a link, or no file, first: ${JSON.stringify(first)}${others}.`;
}
