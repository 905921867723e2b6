import { Archive } from '../../files/index.js';
import type { DocumentKind } from '../../files/index.js';
import { extractText } from './extract-text.js';

/** Kinds that are taken apart; the text of the others is their own. */
export type ApartKind = Exclude<DocumentKind, 'text' | 'json' | 'xml' | 'csv'>;

/**
 * What a document says, as Markdown. Each reader is loaded when it is needed.
 *
 * @param charset of HTML, where something else than the document says it
 * @throws Error where the document is damaged, locked or too large
 */
export async function takeApart({
  kind,
  bytes,
  charset,
}: {
  kind: ApartKind;
  bytes: Uint8Array;
  charset?: string;
}): Promise<string> {
  switch (kind) {
    case 'html':
    case 'pdf':
      return extractText({ kind, bytes, ...(charset !== undefined && { charset }) });
    case 'docx':
      return (await import('../readers/docx.js')).readDocx(await Archive.open(bytes));
    default:
      throw new Error('not yet');
  }
}
