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
    case 'xlsx':
    case 'pptx':
    case 'odt':
    case 'ods':
    case 'odp':
    case 'epub':
      // Soft hyphens are seen at the end of a line only.
      return (await readArchive(kind, await Archive.open(bytes))).replaceAll('\u00AD', '');
    case 'eml':
      return (await import('../readers/eml.js')).readEml(bytes);
  }
}

async function readArchive(kind: Exclude<ApartKind, 'pdf' | 'html' | 'eml'>, archive: Archive): Promise<string> {
  switch (kind) {
    case 'docx':
      return (await import('../readers/docx.js')).readDocx(archive);
    case 'xlsx':
      return (await import('../readers/xlsx.js')).readXlsx(archive);
    case 'pptx':
      return (await import('../readers/pptx.js')).readPptx(archive);
    case 'odt':
    case 'ods':
    case 'odp':
      return (await import('../readers/odf.js')).readOdf(archive);
    case 'epub':
      return (await import('../readers/epub.js')).readEpub(archive);
  }
}
