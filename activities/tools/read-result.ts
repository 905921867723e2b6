import type { ToolCall } from '../../src/contract/activities.js';
import { storedValue } from '../stored/stored-value.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { pageOf, textOf } from './result-page.js';
import { toolFailure } from './tool-failure.js';

/**
 * A part of what an earlier call returned.
 *
 * @throws ApplicationFailure `ToolFailed` where there is no such result, or it ends before
 */
export async function readResult(
  of: ToolCall['of'],
  { call, from }: { call: string; from: number },
  store: Pick<BlobStore, 'readText'>,
): Promise<string> {
  if (of === undefined) throw toolFailure(`There is no result of a call \`${call}\`.`);
  const text = textOf(await storedValue(of, store));
  if (from >= text.length) throw toolFailure(`Expected \`from\` to be less than ${text.length}, got ${from}.`);
  return pageOf(text, call, from);
}
