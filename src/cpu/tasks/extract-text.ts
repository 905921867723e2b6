import { decodeHtml } from '../../files/index.js';
import { readPdf } from './read-pdf.js';

/**
 * The text of an HTML or PDF document: html-to-text, and PDF.js as unpdf has it. Pages, and blocks of HTML, are apart by an empty line.
 *
 * @param charset of HTML, where something else than the document says it
 * @throws Error where the document is damaged or locked
 */
export async function extractText({
  kind,
  bytes,
  charset,
}: {
  kind: 'html' | 'pdf';
  bytes: Uint8Array;
  charset?: string;
}): Promise<string> {
  if (kind === 'html') {
    const { convert } = await import('html-to-text');
    return convert(decodeHtml(bytes, charset), {
      wordwrap: false,
      selectors: [
        ...['img', 'title'].map((selector) => ({ selector, format: 'skip' })),
        { selector: 'a', options: { ignoreHref: true } },
        ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
      ],
    });
  }
  return (await readPdf({ bytes })).text;
}
