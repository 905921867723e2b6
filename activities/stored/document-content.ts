import type { DocumentContent, FileContent, StoredDocument, StoredFile } from '../../src/contract/document.js';
import { isFile } from '../../src/contract/document.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { documentText } from './document-text.js';

/** The parts of the store that documents are read from. */
export type DocumentStore = Pick<BlobStore, 'readText' | 'readBytes'>;

/**
 * A document as a model reads it: its text, or a file with its bytes.
 *
 * @throws FanfoldError `DocumentMissing` where it is not in the store
 */
export async function documentContent(document: StoredDocument, store: DocumentStore): Promise<DocumentContent> {
  return isFile(document) ? fileContent(document, store) : documentText(document, store);
}

/** @throws FanfoldError `DocumentMissing` where it is not in the store */
export async function fileContent(file: StoredFile, store: DocumentStore): Promise<FileContent> {
  return { ...file, base64: (await store.readBytes(file)).toString('base64') };
}
