import { addCost, noUsage } from '../contract/usage.js';
import { costOf } from './prices.js';

/** A question as far as its cost goes. */
export interface Sized {
  model: string;
  inputTokens: number;
  maxTokens: number;
  /** Whether some of it is to be written to the prompt cache, and whether for an hour. */
  cached: boolean | '1h';
  /** Most parts that it is read in; 1 by default. */
  parts?: number;
  /** Whether the answer must fit a schema: one that does not is asked for once more. */
  structured: boolean;
}

/** What telling the model that its answer does not fit takes, in tokens: messages are cut to 2 KB, and no token is less than a byte. */
const correctionTokens = 2_100;

/** System and prompt of a call about a part, in tokens. */
const partTokens = 500;

/**
 * The most that one question can cost, in US dollars at list price: its whole input at the dearest rate, written to the prompt
 * cache where it asks for that, and every output token that it allows. Where an answer must fit a schema that counts twice, the
 * second time with the first answer in the input. `null` when the model's price is unknown.
 */
export function upperBoundUsd({ model, inputTokens, maxTokens, cached, structured, parts = 1 }: Sized): number | null {
  if (parts > 1) {
    // Each level of the tree has at most a third of the calls of the one before, for a part holds four answers and more.
    const calls = Math.ceil(parts * 1.5) + 1;
    const read = inputTokens + calls * (partTokens + maxTokens);
    return costOf({ ...noUsage, inputTokens: read, outputTokens: calls * maxTokens }, model);
  }
  const hours = cached === '1h' && { hourCacheWriteTokens: inputTokens };
  const input = cached ? { cacheWriteTokens: inputTokens, ...hours } : { inputTokens };
  const once = costOf({ ...noUsage, ...input, outputTokens: maxTokens }, model);
  if (!structured) return once;
  const more = inputTokens + maxTokens + correctionTokens;
  return addCost(once, upperBoundUsd({ model, inputTokens: more, maxTokens, cached, structured: false }));
}

/** The least that one question can cost: all of its input read from the prompt cache, and one token of output. */
export function lowerBoundUsd({ model, inputTokens }: Sized): number | null {
  return costOf({ ...noUsage, cacheReadTokens: inputTokens, outputTokens: 1 }, model);
}
