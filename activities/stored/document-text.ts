import type { Stored } from '../../src/contract/stored.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/**
 * The text of a document that is one, wherever it lies.
 *
 * @throws FanfoldError `DocumentMissing` where it is not in the store
 */
export async function documentText(document: Stored<string>, store: Pick<BlobStore, 'readText'>): Promise<string> {
  return 'inline' in document ? document.inline : store.readText(document);
}
