/** What the text layer of a PDF says. */
export interface PdfText {
  /** Pages are apart by an empty line. Empty where no page has text. */
  text: string;
  /** How many pages the document has. */
  pages: number;
  /** Numbers of the pages without text, from 1: scans, drawings and empty pages. */
  pagesWithoutText: number[];
}

/**
 * Reads the text layer of a PDF, by PDF.js as unpdf has it.
 *
 * @throws Error where the document is damaged or locked
 */
export async function readPdf({ bytes }: { bytes: Uint8Array }): Promise<PdfText> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  // PDF.js takes the bytes away, and refuses a Buffer.
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  const { text } = await extractText(document, { mergePages: false });
  const pagesWithoutText = text.flatMap((page, at) => (page.trim() === '' ? [at + 1] : []));
  return {
    text: pagesWithoutText.length === text.length ? '' : text.join('\n\n'),
    pages: text.length,
    pagesWithoutText,
  };
}
