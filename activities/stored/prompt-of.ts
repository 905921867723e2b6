import type { ModelRequest, PromptPart } from '../../src/contract/model-request.js';
import { shown, valueAt } from '../../src/plan/graph/template.js';
import { storedValue } from './stored-value.js';
import type { BlobStore } from '../../src/store/blob-store.js';

/**
 * The prompt of a request, with the values that it is made of.
 *
 * @throws FanfoldError `DocumentMissing` where a value is not in the store
 */
export async function promptOf(
  { prompt, promptParts }: Pick<ModelRequest, 'prompt' | 'promptParts'>,
  store: Pick<BlobStore, 'readText'>,
): Promise<string> {
  if (promptParts === undefined) return prompt;
  const texts = await Promise.all(promptParts.map((part) => textOf(part, store)));
  return texts.join('');
}

async function textOf(part: PromptPart, store: Pick<BlobStore, 'readText'>): Promise<string> {
  if (typeof part === 'string') return part;
  const { value, path } = part;
  return shown(valueAt(await storedValue(value, store), path));
}
