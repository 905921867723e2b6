import type { Block } from './columns.js';
import { joinTexts, settingOf, writeBlocks } from './write-blocks.js';

/** What the text layer of a PDF says. */
export interface PdfText {
  /** Markdown. Pages without text are named in it. Empty where no page has text. */
  text: string;
  /** How many pages the document has. */
  pages: number;
  /** Numbers of the pages without text, from 1: scans, drawings and empty pages. */
  pagesWithoutText: number[];
}

/**
 * Pages as one text. A sentence that goes on at the top of the next page goes on in the text.
 *
 * @param fields values that belong to no page
 */
export function joinPages(pages: readonly (readonly Block[])[], fields: readonly string[]): PdfText {
  const setting = settingOf(pages.flat());
  const texts = pages.map((blocks) => writeBlocks(blocks, setting));
  const pagesWithoutText = texts.flatMap((text, at) => (text === '' ? [at + 1] : []));
  const named = texts.map((text, at) => text || `[Page ${at + 1} of ${pages.length} has no text.]`);
  const parts = pagesWithoutText.length < pages.length ? joinTexts(named, setting) : [];
  return { text: [...parts, ...fields].join('\n\n'), pages: pages.length, pagesWithoutText };
}
