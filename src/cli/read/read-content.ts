import { basename } from 'node:path';

import { InputError } from '../../contract/errors.js';
import { maxDocumentBytes } from '../../contract/limits.js';
import { detect, documentKinds, imageHeader } from '../../files/index.js';
import type { ImageHeader } from '../../files/index.js';
import { checkFiles, textTokensOfPage } from '../../model/index.js';
import { estimateText } from '../../tokens/index.js';
import type { World } from '../world.js';
import { LocalFile } from './local-file.js';
import { pdfText } from './pdf-text.js';
import { textOfFile } from './text-of-file.js';

/** How PDFs are read; see `--pdf`. */
export const pdfModes = ['auto', 'text', 'pages'] as const;
export type PdfMode = (typeof pdfModes)[number];

/** The name of what is piped in, which has no other. */
export const standardInput = 'standard input';

/** What a command can do with a document. */
export interface Reading {
  pdf: PdfMode;
  /** The models that are going to read it, by whose limits files are checked; none where it has to be text. */
  models: readonly string[];
}

/** A document as text. */
export const textOnly: Reading = { pdf: 'text', models: [] };

/** What was read: a text, or a file that is sent as it is. */
export interface Content {
  /** Empty where it is a file. */
  text: string;
  /** How it was read: `DOCX`, `PDF as pages`. */
  readAs: string;
  file?: LocalFile;
  /** What a reader would not expect of how it was read: one line. */
  note?: string;
}

/** A file's bytes, and how to come by them again. */
export interface Found {
  bytes: Uint8Array;
  again: () => Promise<Uint8Array>;
}

/**
 * Reads a document by its content: text, what is text in HTML, and a PDF's text layer as text; other PDFs and images as files.
 *
 * @param source the file as it was named
 * @throws InputError when it is no document that can be read, or a file that the API would refuse; UnavailableError when the home is
 *   not known to be this user's
 */
export async function readContent(
  { bytes, again }: Found,
  source: string,
  reading: Reading,
  world: World,
): Promise<Content> {
  const image = imageHeader(bytes);
  if (image !== undefined && bytes.length <= maxDocumentBytes) {
    checkImage(image, source, reading);
    const { mediaType, width, height } = image;
    const readAs = `${mediaType.slice('image/'.length).toUpperCase()} image`;
    return checked(new LocalFile(bytes, mediaType, nameOf(source), { width, height }, again), readAs, reading);
  }
  const name = source === standardInput ? '' : source;
  if (bytes.length > maxDocumentBytes) return textOfFile(bytes, name, world);
  const found = await detect(bytes, name);
  if (!('kind' in found) || found.kind !== 'pdf') return textOfFile(bytes, name, world);
  const { text, pages, pagesWithoutText } = await pdfText(bytes, source, world);
  const isScanned = pagesWithoutText.length > 0;
  if (reading.pdf === 'text' || (reading.pdf === 'auto' && !isScanned)) {
    if (text.trim() === '') throw withoutText(source, pages, reading);
    const left = reading.models.length === 0 ? 'are not read' : 'are left out; `--pdf auto` sends them as pictures';
    return {
      text,
      readAs: documentKinds.pdf,
      ...(isScanned && { note: `${without(source, pages, pagesWithoutText)}, and ${left}.` }),
    };
  }
  const textTokens = Math.max(pages * textTokensOfPage, estimateText(text));
  const file = new LocalFile(bytes, 'application/pdf', nameOf(source), { pages, textTokens }, again);
  const note = isScanned ? `${without(source, pages, pagesWithoutText)}: the PDF itself is sent.` : undefined;
  return { ...checked(file, `${documentKinds.pdf} as pages`, reading), ...(note !== undefined && { note }) };
}

function checked(file: LocalFile, readAs: string, { models }: Reading): Content {
  for (const model of models) checkFiles([file], model);
  return { text: '', readAs, file };
}

function checkImage({ mediaType, width, height }: ImageHeader, source: string, { models }: Reading): void {
  if (models.length === 0) {
    throw new InputError(`Expected a document with text, got \`${source}\`, which is an image (${mediaType}).`);
  }
  if (width === 0 || height === 0) {
    throw new InputError(`Expected an image, got \`${source}\`: it begins as ${mediaType}, and has no size.`);
  }
}

function withoutText(source: string, pages: number, { models }: Reading): InputError {
  const what = pages === 1 ? 'its page is' : `its ${pages} pages are`;
  return new InputError(
    `Expected a document with text, got \`${source}\`, which has none: ${what} without a text layer.`,
    models.length === 0
      ? 'A PDF of scanned pages needs text recognition first.'
      : '`--pdf auto` sends the pages as pictures.',
  );
}

/** `scan.pdf: 2 of 3 pages have no text (2, 3)`. */
function without(source: string, pages: number, numbers: readonly number[]): string {
  const few = numbers.slice(0, 20).join(', ');
  const more = numbers.length > 20 ? ', …' : '';
  return `${source}: ${numbers.length} of ${pages} ${pages === 1 ? 'page has' : 'pages have'} no text (${few}${more})`;
}

function nameOf(source: string): string {
  return basename(source)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu, ' ');
}
