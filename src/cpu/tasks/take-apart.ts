import { Archive } from '../../files/index.js';
import type { DocumentKind } from '../../files/index.js';
import { extractText } from './extract-text.js';

/** Kinds that are taken apart; the text of the others is their own. */
export type ApartKind = Exclude<DocumentKind, 'text' | 'json' | 'xml' | 'csv'>;

/**
 * What a document says, as Markdown. Each reader is loaded when it is needed.
 *
 * @param charset of HTML, where something else than the document says it
 * @param address of HTML, where it is known: relative links begin there
 * @throws Error where the document is damaged, locked or too large
 */
export async function takeApart({
  kind,
  bytes,
  charset,
  address,
}: {
  kind: ApartKind;
  bytes: Uint8Array;
  charset?: string;
  address?: string;
}): Promise<string> {
  switch (kind) {
    case 'pdf':
      // PDF.js takes no `Buffer`, and keeps what it is given.
      return extractText({ kind, bytes: new Uint8Array(bytes) });
    case 'html':
      return extractText({
        kind,
        bytes,
        ...(charset !== undefined && { charset }),
        ...(address !== undefined && { address }),
      });
    case 'docx':
      return (await import('../readers/docx.js')).readDocx(await Archive.open(bytes));
    case 'xlsx':
      return (await import('../readers/xlsx.js')).readXlsx(await Archive.open(bytes));
    case 'pptx':
      return (await import('../readers/pptx.js')).readPptx(await Archive.open(bytes));
    case 'odt':
    case 'ods':
    case 'odp':
      return (await import('../readers/odf.js')).readOdf(await Archive.open(bytes));
    case 'epub':
      return (await import('../readers/epub.js')).readEpub(await Archive.open(bytes));
    case 'eml':
      return (await import('../readers/eml.js')).readEml(bytes);
  }
}
