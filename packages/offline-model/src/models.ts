import type { ModelInfo, ModelLine } from '@anthropic-ai/sdk/resources/models';
import { ApiFailure } from './http/api-failure.js';

/** What the offline model has to know of a model. Tokens. */
export interface ModelFacts {
  id: string;
  contextTokens: number;
  maxOutputTokens: number;
  /** A shorter prefix is not cached. */
  minCacheTokens: number;
  /** The largest image that it sees; larger ones are made smaller first. In tokens, and in pixels of its longer side. */
  visual: { mostTokens: number; longestSide: number };
  /** A 400 for `tool_choice` of type `any` or `tool`. */
  refusesForcedTools: boolean;
}

/** "Claude Opus 4.7 is the first Claude model with high-resolution image support"; later ones have it, too. */
const beforeHighResolution = /^claude-(?:[23]|(?:opus|sonnet|haiku)-4(?:-[0-6])?(?:-20\d{6})?$)/;

const facts = (id: string, contextTokens: number, maxOutputTokens: number, minCacheTokens: number): ModelFacts => ({
  id,
  contextTokens,
  maxOutputTokens,
  minCacheTokens,
  visual: beforeHighResolution.test(id)
    ? { mostTokens: 1_568, longestSide: 1_568 }
    : { mostTokens: 4_784, longestSide: 2_576 },
  refusesForcedTools: id.endsWith('-5-5'),
});

// The smallest cacheable prefix is documented as 512 to 4,096 tokens by model; which model has which is an assumption.
const known: readonly ModelFacts[] = [
  facts('claude-fable-5-2', 1_000_000, 128_000, 512),
  facts('claude-opus-5-5', 1_000_000, 128_000, 1_024),
  facts('claude-sonnet-5-5', 1_000_000, 128_000, 1_024),
  facts('claude-haiku-5-5', 200_000, 64_000, 2_048),
  facts('claude-opus-5', 1_000_000, 128_000, 1_024),
  facts('claude-sonnet-5', 1_000_000, 128_000, 1_024),
  facts('claude-opus-4-8', 200_000, 64_000, 4_096),
  facts('claude-sonnet-4-6', 200_000, 64_000, 1_024),
  facts('claude-haiku-4-5', 200_000, 64_000, 4_096),
];

/**
 * Any id that begins with `claude-` is a model: those not in the table have 200,000 tokens of context.
 *
 * @throws ApiFailure 404 for any other
 */
export function findModel(id: string): ModelFacts {
  if (!/^claude-[a-z0-9.-]+$/.test(id)) throw new ApiFailure(404, 'not_found_error', `model: ${id.slice(0, 128)}`);
  const undated = id.replace(/-20\d{6}$/, '');
  return known.find((model) => model.id === undated) ?? facts(id, 200_000, 64_000, 1_024);
}

/** Models share limits by class. */
export function modelClassOf(id: string): string {
  return lineOf(id) ?? 'other';
}

export function listModels(): ModelInfo[] {
  return known.map((model) => describeModel(model, model.id));
}

export function describeModel(model: ModelFacts, id: string): ModelInfo {
  return {
    id,
    type: 'model',
    capabilities: null,
    created_at: '2026-01-01T00:00:00Z',
    deprecated_at: null,
    display_name: `${id} (offline)`,
    lifecycle: 'active',
    line: lineOf(id),
    max_input_tokens: model.contextTokens,
    max_tokens: model.maxOutputTokens,
    retires_at: null,
  };
}

function lineOf(id: string): ModelLine | null {
  const lines: readonly ModelLine[] = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'];
  return lines.find((line) => id.includes(line)) ?? null;
}
