import { isUtf8 } from 'node:buffer';

import { decodeWindows1252, latin1 } from './windows-1252.js';

/**
 * The text that bytes are: by their byte-order mark, which is left out, else by the charset that is declared, else UTF-8, else
 * Windows-1252, which has a character for every byte.
 *
 * @param declared a label of the Encoding Standard; one that it does not know is none
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const marked = markOf(bytes);
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes);
  const decoder = declared === undefined ? undefined : decoderOf(declared);
  if (decoder !== undefined && !(decoder.encoding === 'utf-8' && !isUtf8(bytes))) {
    return decoder.encoding === 'windows-1252' ? decodeWindows1252(bytes) : decoder.decode(bytes);
  }
  return isUtf8(bytes) ? new TextDecoder().decode(bytes) : decodeWindows1252(bytes);
}

/** The same of HTML, which may declare its charset in itself (HTML, 13.2.3.2), be it late, or as XML does. */
export function decodeHtml(bytes: Uint8Array, declared?: string): string {
  const start = latin1(bytes.subarray(0, 4_096));
  const said =
    /<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w.:-]+)/i.exec(start)?.[1] ??
    /^\s{0,20}<\?xml\b[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]+)/.exec(start)?.[1];
  // What is read as ASCII to get there cannot be UTF-16.
  return decodeText(bytes, declared ?? (said !== undefined && /^utf-?16/i.test(said) ? 'utf-8' : said));
}

/** The same of XML, which may declare its encoding in itself. */
export function decodeXml(bytes: Uint8Array): string {
  return decodeText(bytes, decodesXmlAs(bytes));
}

/** The encoding that an XML document declares in itself (XML 1.0, appendix F). */
export function decodesXmlAs(bytes: Uint8Array): string | undefined {
  const start = latin1(bytes.subarray(0, 200)).replaceAll('\0', '');
  const said = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  if (said === undefined) return undefined;
  return /^utf-?16/i.test(said) ? widthOf(bytes) : decoderOf(said)?.encoding;
}

/** UTF-16 without a mark, as its first character is `<`; what is read as ASCII to get there is none. */
function widthOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x3c && bytes[1] === 0) return 'utf-16le';
  return bytes[0] === 0 ? 'utf-16be' : 'utf-8';
}

/** The encoding that a byte-order mark says, at the beginning of bytes. */
export function markOf(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** UTF-16 without a byte-order mark, known by the zeros of its Latin letters, blanks and line ends. */
export function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, 4_096);
  const zeros = [0, 0];
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (bytes.length % 2 !== 0 || Math.max(even, odd) < start.length * 0.2 || Math.min(even, odd) > 0) return undefined;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  // Binary files have zeros as well, and beside them what no text has.
  const text = new TextDecoder(encoding).decode(start);
  return /[\p{Cc}\uFFFD\p{Co}\p{Cn}]/u.test(text.replaceAll(/\s/g, '')) ? undefined : encoding;
}

/** The charset that a content type names. */
export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
}

function decoderOf(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}
