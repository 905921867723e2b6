import { calcPrice } from '@pydantic/genai-prices';
import type { PriceOptions } from '@pydantic/genai-prices';

import { namedModel } from '../contract/providers.js';
import type { Usage } from '../contract/run.js';
import { isVertexGlobal, ownPriceOf } from './own-prices.js';
import type { OwnPrice } from './own-prices.js';
import { priceTable } from './price-table.js';
import { claudeName, isGlobal } from './providers/claude-name.js';

const anthropic = { id: 'anthropic', name: 'Anthropic', api_pattern: 'https://api\\.anthropic\\.com' };

/** Our own rows first; then the package's, which know older models. */
const sources: readonly PriceOptions[] = [
  { provider: { ...anthropic, models: priceTable } },
  { providerId: 'anthropic' },
];

/** OpenAI's list, as the package knows it. */
const openai: readonly PriceOptions[] = [{ providerId: 'openai' }];

/**
 * US dollars of a search of the web that the API makes, beside the tokens of what it finds.
 *
 * Source: https://platform.claude.com/docs/en/about-claude/pricing
 */
const searchUsd = 10 / 1_000;

/** Known prices by model: looking through all models is most of the work. */
const found = new Map<string, readonly PriceOptions[]>();

/**
 * List price in US dollars of what a model used; `null` where the model's price is not
 * known, never 0.
 *
 * @param batch whether it was in a Message Batch: half of every price of tokens
 * @param model the model that answered, named in full; a snapshot costs what its model costs
 */
export function costOf(usage: Usage, model: string, { batch = false } = {}): number | null {
  const price = priceWithHours(usage, model);
  if (price === null) return null;
  return (batch ? price / 2 : price) + (usage.webSearches ?? 0) * searchUsd;
}

/** What a write for an hour costs beyond one for 5 minutes, by what that costs beyond plain input: 2 of the input's price, 1.25, and 1. */
const hourSurcharge = 3;

function priceWithHours(usage: Usage, model: string): number | null {
  const { hourCacheWriteTokens: hours = 0, ...short } = usage;
  if (hours === 0) return listPriceOf(usage, model);
  const price = listPriceOf(short, model);
  const { inputTokens, cacheWriteTokens } = short;
  // As many tokens in all: a price may go by that.
  const plain = listPriceOf(
    { ...short, inputTokens: inputTokens + hours, cacheWriteTokens: cacheWriteTokens - hours },
    model,
  );
  return price === null || plain === null ? null : price + hourSurcharge * (price - plain);
}

/** What clouds ask more where a model may not be asked anywhere (https://platform.claude.com/docs/en/about-claude/pricing). */
const regionalFactor = 1.1;

/** Models before that, which cost the same everywhere. */
const withoutRegions = /^claude-(3|(opus|sonnet)-4(-1)?$)/;

function listPriceOf(usage: Usage, model: string): number | null {
  const own = ownPriceOf(model);
  if (own !== undefined) return ownCostOf(usage, own);
  const { provider, name } = namedModel(model);
  if (provider === 'openai-compatible') return null;
  if (provider === 'openai') return packagePriceOf(usage, name.replace(/-20\d\d-\d\d-\d\d$/, ''), openai);
  if (provider === 'anthropic') return packagePriceOf(usage, name.replace(/-20\d{6}$/, ''), sources);
  const claude = claudeName(name);
  const price = claude === undefined ? null : packagePriceOf(usage, claude, sources);
  const isRegional = (provider === 'bedrock' && !isGlobal(name)) || (provider === 'vertex' && !isVertexGlobal());
  if (price === null || !isRegional || withoutRegions.test(claude ?? '')) return price;
  return price * regionalFactor;
}

function ownCostOf(
  { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Usage,
  { input, output, cacheRead = input, cacheWrite = input }: OwnPrice,
): number {
  const millionths =
    inputTokens * input + outputTokens * output + cacheReadTokens * cacheRead + cacheWriteTokens * cacheWrite;
  return millionths / 1e6;
}

/** What was asked for last of each usage: ledger, journal and outcome ask about the same one, and working it out takes 50 µs. */
const worked = new WeakMap<Usage, { id: string; priceUsd: number | null }>();

function packagePriceOf(usage: Usage, id: string, sources: readonly PriceOptions[]): number | null {
  const known = worked.get(usage);
  if (known?.id === id) return known.priceUsd;
  const priceUsd = workedOut(usage, id, sources);
  worked.set(usage, { id, priceUsd });
  return priceUsd;
}

function workedOut(usage: Usage, id: string, sources: readonly PriceOptions[]): number | null {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const counted = {
    // The package wants the total, the cached parts included.
    input_tokens: inputTokens + cacheReadTokens + cacheWriteTokens,
    output_tokens: outputTokens,
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: cacheWriteTokens,
  };
  try {
    for (const source of found.get(id) ?? sources) {
      const price = calcPrice(counted, id, source);
      // The package's matching is generous: it takes claude-sonnet-5-5 for claude-sonnet-5.
      if (price?.model.id !== id) continue;
      if (!found.has(id)) found.set(id, [{ provider: { ...anthropic, models: [price.model] } }]);
      return price.total_price;
    }
  } catch {
    // The answer has been paid for; a price that cannot be computed must not cost it.
  }
  return null;
}

/**
 * US dollars that the provider's prompt cache saved: what the same tokens had cost without it, less what they cost. Negative
 * where a prefix was only written; 0 where the price is unknown.
 */
export function cacheSavedUsd(usage: Usage, model: string): number {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  if (cacheReadTokens + cacheWriteTokens === 0) return 0;
  const uncached = {
    ...usage,
    inputTokens: inputTokens + cacheReadTokens + cacheWriteTokens,
    hourCacheWriteTokens: 0,
  };
  const without = costOf({ ...uncached, cacheReadTokens: 0, cacheWriteTokens: 0 }, model);
  const cost = costOf(usage, model);
  return without === null || cost === null ? 0 : without - cost;
}
