import { isSafeNumber, parse as parseLossless } from 'lossless-json';

import type { HttpSource } from '../../contract/source.js';
import { charsetOf, decodeText, latin1 } from '../../files/index.js';
import { readXml } from './xml-tree.js';
import type { XmlTree } from './xml-tree.js';
import { beginningOf } from '../../contract/cut-text.js';

/** What a source has sent. */
export interface RawAnswer {
  bytes: Uint8Array;
  /** Its content type. */
  type: string;
}

/**
 * An answer as JSON.
 *
 * @param isList whether elements of XML at a place, such as `/feed/entry`, are a list, one alone too
 * @throws Error where it is not what it should be
 */
export function readAnswer(
  { bytes, type }: RawAnswer,
  format: HttpSource['format'],
  isList: (place: string) => boolean,
): XmlTree {
  if (format !== 'xml') {
    const text = decodeText(bytes, charsetOf(type));
    return { value: readJson(text), contentOf: new WeakMap(), isAtom: false };
  }
  // A byte-order mark comes first, then the content type, then what it says of itself (RFC 7303, 3).
  const text = decodeText(bytes, charsetOf(type) ?? saidBy(bytes));
  try {
    return readXml(text, isList);
  } catch (error) {
    throw new Error(`Its answer is not XML: ${(error as Error).message}`);
  }
}

function saidBy(bytes: Uint8Array): string | undefined {
  const start = latin1(bytes.subarray(0, 200));
  return /^\s*<\?xml[^>]{0,100}\sencoding\s*=\s*["']([\w.:-]+)/.exec(start)?.[1];
}

/** Numbers that JavaScript would round are texts, digit by digit: ids. */
function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (!/\d{16}/.test(text)) return value;
    return parseLossless(text, undefined, {
      parseNumber: (digits) => (isSafeNumber(digits) || !/^-?\d+$/.test(digits) ? Number(digits) : digits),
      onDuplicateKey: ({ newValue }) => newValue,
    });
  } catch {
    throw new Error(`Its answer is not JSON: ${JSON.stringify(beginningOf(text, 60))}.`);
  }
}
