import { inflateSync } from 'node:zlib';

/** Pages are dictionaries of this type; `/Pages` are nodes of the tree above them. */
const page = /\/Type\s*\/Page(?![A-Za-z])/g;

/** Streams that hold other objects, compressed: newer writers put pages into them. */
const objectStream = /\/ObjStm[^]{0,400}?stream\r?\n/g;

/** Largest text that is made of one stream, in bytes: a stream of zeros is small, and fills the memory. */
const mostInflated = 16 * 1_024 * 1_024;

/** The pages of a PDF, counted without reading it; `undefined` where it is no PDF. Old states of pages count as well; at least one. */
export function pdfPages(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1');
  if (!text.slice(0, 1_024).includes('%PDF-')) return undefined;
  let pages = countIn(text);
  for (const match of text.matchAll(objectStream)) {
    const start = match.index + match[0].length;
    const end = text.indexOf('endstream', start);
    if (end > start) pages += countIn(inflated(bytes.subarray(start, end)));
  }
  return Math.max(1, pages);
}

function countIn(text: string): number {
  return text.match(page)?.length ?? 0;
}

function inflated(stream: Buffer): string {
  try {
    return inflateSync(stream, { maxOutputLength: mostInflated }).toString('latin1');
  } catch {
    return '';
  }
}
