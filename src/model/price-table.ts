import type { ModelInfo, ModelPrice } from '@pydantic/genai-prices';

/** US dollars per million tokens, Anthropic's list of autumn 2026. The cache factors differ by model: none is derived. */
type Row = [model: string, input: number, output: number, cacheWrite5m: number, cacheRead: number];

const flat: readonly Row[] = [
  ['claude-fable-5-2', 8, 40, 10, 0.2],
  ['claude-opus-5-5', 4, 20, 5, 0.2],
  ['claude-opus-5', 5, 25, 6.25, 0.5],
  ['claude-opus-4-8', 5, 25, 6.25, 0.5],
  ['claude-opus-4-7', 5, 25, 6.25, 0.5],
  ['claude-opus-4-6', 5, 25, 6.25, 0.5],
  ['claude-opus-4-5', 5, 25, 6.25, 0.5],
  ['claude-sonnet-5-5', 2, 10, 2.5, 0.1],
  ['claude-sonnet-5', 2, 10, 2.5, 0.2],
  ['claude-sonnet-4-6', 3, 15, 3.75, 0.3],
  ['claude-sonnet-4-5', 3, 15, 3.75, 0.3],
  ['claude-haiku-4-5', 1, 5, 1.25, 0.1],
];

/** A prompt longer than this is priced higher as a whole, its output too. */
const haikuTierTokens = 100_000;

const tiered = (base: number, above: number) => ({ base, tiers: [{ start: haikuTierTokens, price: above }] });

const haiku: ModelPrice = {
  input_mtok: tiered(0.1, 0.5),
  output_mtok: tiered(0.5, 2.5),
  cache_write_mtok: tiered(0.125, 0.625),
  cache_read_mtok: tiered(0.01, 0.05),
};

export const priceTable: ModelInfo[] = [
  ...flat.map(([model, input, output, cacheWrite, cacheRead]) =>
    priced(model, { input_mtok: input, output_mtok: output, cache_write_mtok: cacheWrite, cache_read_mtok: cacheRead }),
  ),
  priced('claude-haiku-5-5', haiku),
];

function priced(id: string, prices: ModelPrice): ModelInfo {
  return { id, match: { equals: id }, prices };
}
