import type { Stored } from '../../src/contract/stored.js';
import { isInStore } from '../../src/contract/stored.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/** @throws FanfoldError `DocumentMissing` where the value is not in the store */
export async function storedValue(value: Stored<unknown>, store: Pick<BlobStore, 'readText'>): Promise<unknown> {
  return isInStore(value) ? (JSON.parse(await store.readText(value)) as unknown) : value.inline;
}
