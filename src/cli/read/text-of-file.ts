import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { decodedDocument, documentText } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import { CpuPool, readerVersion } from '../../cpu/index.js';
import { decodesXmlAs, detect, documentKinds, isOwnText } from '../../files/index.js';
import type { DocumentKind } from '../../files/index.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import { ownHomeOf } from '../home/session.js';
import type { World } from '../world.js';

/** The pool for reading files. Its threads end with the process. */
export const readingPool = new CpuPool();

/** A document's text, and how it was read: `DOCX`, `text in UTF-16`. */
export interface TextRead {
  text: string;
  readAs: string;
}

/** A file that nothing reads. */
export class NoReader extends InputError {
  /** @param kind what it is: `a ZIP archive` */
  constructor(
    readonly kind: string,
    title: string,
    advice?: string,
  ) {
    super(`Expected a document, got ${title}, which is ${kind}.`, advice);
  }
}

/**
 * The text of a document, wherever it comes from. Its content says how it is read. What is not text is taken apart once, in a thread; the
 * home keeps the text under the document's digest, unless it keeps things encrypted.
 *
 * @param name of the file, or empty for standard input
 * @throws NoReader where nothing reads it; InputError when it cannot be read; UnavailableError when the home is not known to be this user's
 */
export async function textOfFile(bytes: Uint8Array, name: string, world: World): Promise<TextRead> {
  const title = name === '' ? 'standard input' : `\`${name}\``;
  // A file that is too large was not read to its end, and is refused.
  if (bytes.length > maxDocumentBytes) return { text: documentText(bytes, title), readAs: '' };
  const found = await detect(bytes, name);
  if ('unread' in found) throw new NoReader(found.unread, title, found.advice);
  const { kind } = found;
  if (isOwnText(kind)) {
    const { text, encoding } = decodedDocument(bytes, title, kind === 'xml' ? decodesXmlAs(bytes) : undefined);
    const label = encoding === 'utf-8' ? '' : ` in ${encoding.replace(/^utf-16.*/, 'UTF-16')}`;
    return { text, readAs: documentKinds[kind] + label };
  }
  return { text: await takenApart(kind, bytes, title, world), readAs: documentKinds[kind] };
}

async function takenApart(
  kind: Exclude<DocumentKind, 'text' | 'json' | 'xml' | 'csv'>,
  bytes: Uint8Array,
  title: string,
  world: World,
): Promise<string> {
  const directory = join(await ownHomeOf(world), 'extracted');
  const digest = createHash('sha256').update(`${readerVersion} ${kind} `).update(bytes).digest('hex');
  const kept = join(directory, `${digest}.txt`);
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const text = await readingPool.run('takeApart', { kind, bytes }).catch((error: Error) => {
    const label = documentKinds[kind];
    throw new InputError(
      `Expected ${/^[EHOX]/.test(label) ? 'an' : 'a'} ${label} document, got ${title}: ${error.message}`,
    );
  });
  if (text.trim() === '') {
    throw new InputError(
      `Expected a document with text, got ${title}, which has none.`,
      kind === 'pdf' ? 'A PDF of scanned pages needs text recognition first.' : undefined,
    );
  }
  if (Buffer.byteLength(text) > maxDocumentBytes) {
    throw new InputError(`Expected a document of at most ${maxDocumentBytes} bytes of text, got ${title} with more.`);
  }
  // Half of a surrogate pair would be refused by the API.
  const wellFormed = text.toWellFormed();
  // What is kept is kept in clear.
  if (encryptionKeyOf(world) !== undefined) return wellFormed;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(kept, wellFormed, { mode: 0o600 });
  return wellFormed;
}

/** The index, for each text, of the first text that is nearly the same; see `nearDuplicates`. */
export function nearDuplicatesOf(texts: readonly string[]): Promise<number[]> {
  return readingPool.run('nearDuplicates', texts);
}
