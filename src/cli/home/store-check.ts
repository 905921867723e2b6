import { FanfoldError } from '../../contract/errors.js';
import { BlobStore } from '../../store/blob-store.js';
import { placeKind } from '../../store/open-place.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';
import { shownPlace, storeOf } from './session.js';

/** Whether large texts are in a database or a bucket. */
export function hasSharedStore(world: World): boolean {
  return placeKind(storeOf(world)) !== 'directory';
}

/** Asks for a text that nobody has put: what can be asked can be used. */
export async function storeCheck(world: World): Promise<Finding> {
  const place = storeOf(world);
  const store = new BlobStore(place);
  try {
    await store.readText({ sha256: '0'.repeat(64), bytes: 0 });
  } catch (error) {
    if (!(error instanceof FanfoldError) || error.type !== 'DocumentMissing') throw error;
  } finally {
    await store.close();
  }
  return { found: shownPlace(place) };
}
