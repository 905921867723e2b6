import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as z from 'zod';

import { InputError } from '../../contract/errors.js';
import { readerVersion } from '../../cpu/index.js';
import type { PdfText } from '../../cpu/index.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import { ownHomeOf } from '../home/session.js';
import type { World } from '../world.js';
import { readingPool } from './text-of-file.js';

const shape = z.object({ text: z.string(), pages: z.int().positive(), pagesWithoutText: z.array(z.int().positive()) });

/**
 * The text layer of a PDF. It is read once, in a thread; the home keeps it under the file's digest, unless it keeps things encrypted.
 *
 * @param source the file as it was named
 * @throws InputError when it is damaged or locked, or has no page
 */
export async function pdfText(bytes: Uint8Array, source: string, world: World): Promise<PdfText> {
  const directory = join(await ownHomeOf(world), 'extracted');
  const kept = join(
    directory,
    `${createHash('sha256').update(`${readerVersion} pdf`).update(bytes).digest('hex')}.json`,
  );
  const known = await readFile(kept, 'utf8').then(asKept, () => undefined);
  if (known !== undefined) return known;
  const read = await readingPool.run('readPdf', { bytes }).catch((error: Error) => {
    throw new InputError(`Expected a PDF document, got \`${source}\`: ${error.message}`);
  });
  if (read.pages === 0) throw new InputError(`Expected a PDF document, got \`${source}\`, which has no pages.`);
  // Half of a surrogate pair would be refused by the API.
  const wellFormed = { ...read, text: read.text.toWellFormed() };
  // What is kept is kept in clear.
  if (encryptionKeyOf(world) !== undefined) return wellFormed;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(kept, JSON.stringify(wellFormed), { mode: 0o600 });
  return wellFormed;
}

/** Another process may be writing it at this moment. */
function asKept(json: string): PdfText | undefined {
  try {
    return shape.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
