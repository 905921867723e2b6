import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { documentText } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import { CpuPool, pagesNamedWithoutText, readerVersion } from '../../cpu/index.js';
import { kindOf } from '../../files/index.js';
import { ownHomeOf } from '../home/session.js';
import { line } from '../show/terminal-text.js';
import type { World } from '../world.js';

/** The pool for reading files. Its threads end with the process. */
const pool = new CpuPool();

/**
 * The text of a file. HTML and PDF are read once, in a thread; the home keeps the text under the file's digest.
 *
 * @param source the file as it was named
 * @throws InputError when it is no document that can be read; UnavailableError when the home is not known to be this user's
 */
export async function textOfFile(bytes: Uint8Array, source: string, world: World): Promise<string> {
  const kind = kindOf(source, bytes);
  // A file that is too large was not read to its end, and is refused later.
  if (kind === 'text' || bytes.length > maxDocumentBytes) return documentText(bytes, `\`${source}\``);
  const directory = join(await ownHomeOf(world), 'extracted');
  const kept = join(
    directory,
    `${createHash('sha256').update(`${readerVersion} ${kind} `).update(bytes).digest('hex')}.txt`,
  );
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return said(known, source, world);
  const text = await pool.run('extractText', { kind, bytes }).catch((error: Error) => {
    throw new InputError(`Expected a ${kind.toUpperCase()} document, got \`${source}\`: ${error.message}`);
  });
  if (text.trim() === '') {
    throw new InputError(
      `Expected a document with text, got \`${source}\`, which has none.`,
      kind === 'pdf' ? 'A PDF of scanned pages needs text recognition first.' : undefined,
    );
  }
  // Half of a surrogate pair would be refused by the API.
  const wellFormed = text.toWellFormed();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(kept, wellFormed, { mode: 0o600 });
  return said(wellFormed, source, world);
}

/** What was said in each world: documents may be gone through more than once. */
const saidIn = new WeakMap<World, Set<string>>();

/** Says which pages of a document the model does not see. */
function said(text: string, source: string, world: World): string {
  const pages = pagesNamedWithoutText(text);
  const known = saidIn.get(world) ?? new Set();
  saidIn.set(world, known);
  if (pages.length === 0 || known.has(source)) return text;
  known.add(source);
  const which = pages.length === 1 ? `page ${pages[0]} has` : `pages ${pages.join(', ')} have`;
  world.stderr.write(line`fanfold: \`${source}\`: ${which} no text, as scans do.\n`);
  return text;
}

/** The index, for each text, of the first text that is nearly the same; see `nearDuplicates`. */
export function nearDuplicatesOf(texts: readonly string[]): Promise<number[]> {
  return pool.run('nearDuplicates', texts);
}
