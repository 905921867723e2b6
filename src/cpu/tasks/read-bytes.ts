import { createHash } from 'node:crypto';

import { decodesXmlAs, decodeText, detect, documentKinds, isOwnText, unmarkedUtf16 } from '../../files/index.js';
import type { DocumentKind } from '../../files/index.js';
import { takeApart } from './take-apart.js';

/** Most UTF-16 code units of texts that a thread remembers: pages of one document and searches of one folder come one after another. */
const mostRemembered = 20_000_000;

const remembered = new Map<string, string>();

/** A document's text, and what it is. */
export interface ReadBytes {
  text: string;
  kind: DocumentKind;
}

/**
 * The text of bytes that came from anywhere, as the model reads it. Text that is not what it says it is, is decoded as well as can be.
 *
 * @param name of the file, where it has one
 * @param charset where something else than the document says it
 * @param kind where something else than the document says it
 * @param address of HTML, where it is known: relative links begin there
 * @throws Error that says what it is, where nothing reads it
 */
export async function readBytes({
  bytes,
  name = '',
  charset,
  kind: said,
  address,
}: {
  bytes: Uint8Array;
  name?: string;
  charset?: string;
  kind?: DocumentKind;
  address?: string;
}): Promise<ReadBytes> {
  const found = said === undefined ? await detect(bytes, name) : { kind: said };
  if ('unread' in found) throw new Error(`It is ${found.unread}. ${found.advice ?? ''}`.trim());
  const { kind } = found;
  if (isOwnText(kind)) {
    const own = unmarkedUtf16(bytes) ?? charset ?? (kind === 'xml' ? decodesXmlAs(bytes) : undefined);
    return { kind, text: decodeText(bytes, own) };
  }
  const digest = createHash('sha256')
    .update(`${kind} ${charset ?? ''} ${address ?? ''} `)
    .update(bytes)
    .digest('hex');
  const known = remembered.get(digest);
  if (known !== undefined) return { kind, text: known };
  const text = await takeApart({
    kind,
    bytes,
    ...(charset !== undefined && { charset }),
    ...(address !== undefined && { address }),
  }).catch((error: Error) => {
    throw new Error(`It is no ${documentKinds[kind]} that can be read: ${error.message}`);
  });
  remember(digest, text.toWellFormed());
  return { kind, text: text.toWellFormed() };
}

function remember(digest: string, text: string): void {
  remembered.set(digest, text);
  let characters = [...remembered.values()].reduce((sum, { length }) => sum + length, 0);
  for (const [oldest, { length }] of remembered) {
    if (characters <= mostRemembered) return;
    remembered.delete(oldest);
    characters -= length;
  }
}
