import { noUsage } from '../contract/usage.js';
import { costOf } from './prices.js';

/**
 * The most that one call can cost, in US dollars at list price: its whole input at the dearest rate, written to the prompt cache
 * where it asks for that, and every output token that it allows. `null` when the model's price is unknown.
 */
export function upperBoundUsd(call: {
  model: string;
  inputTokens: number;
  maxTokens: number;
  cached: boolean;
}): number | null {
  const { model, inputTokens, maxTokens, cached } = call;
  const input = cached ? { cacheWriteTokens: inputTokens } : { inputTokens };
  return costOf({ ...noUsage, ...input, outputTokens: maxTokens }, model);
}
