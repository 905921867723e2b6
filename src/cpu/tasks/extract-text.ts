import { decodeHtml } from '../../files/index.js';
import { readPdf } from './read-pdf.js';

/**
 * The text of an HTML or PDF document, as Markdown.
 *
 * @param charset of HTML, where something else than the document says it
 * @param address of HTML, where it is known: relative links begin there
 * @throws Error where the document is damaged, encrypted, or too deeply nested
 */
export async function extractText({
  kind,
  bytes,
  charset,
  address,
}: {
  kind: 'html' | 'pdf';
  bytes: Uint8Array;
  charset?: string;
  address?: string;
}): Promise<string> {
  if (kind === 'pdf') return (await readPdf({ bytes })).text;
  // Loaded on demand: the parser takes a while to load.
  const { htmlToMarkdown } = await import('../html/html-to-markdown.js');
  return htmlToMarkdown(decodeHtml(bytes, charset), { ...(address !== undefined && { base: address }) });
}
