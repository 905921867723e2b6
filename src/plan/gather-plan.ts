import type { Known } from '../contract/known.js';
import type { ModelRequest, PromptPart } from '../contract/model-request.js';
import { InputError } from '../contract/errors.js';
import { maxDirectWidth } from '../contract/limits.js';
import { answerPrompt, answerRules, hitNumber } from '../prompts/gather.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanOutOptions, ModelOptions, Policy } from '../contract/options.js';
import type { Hit, Source } from '../contract/source.js';
import { beginningOf } from '../contract/cut-text.js';

/** Input of the workflow `gather`. */
export interface GatherInput extends FanOutOptions, ModelOptions {
  question: string;
  /** In the order that decides between equals. */
  sources: readonly Source[];
  /** Most hits of the result; 20 by default. */
  limit?: number;
  /** Whether a model writes an answer from the hits. */
  answer?: boolean;
  /** US dollars that the answer may cost; one that might cost more is not asked for. */
  budgetUsd?: number;
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
}

export const gatherDefaults = { timeoutMs: 20_000, attempts: 3, limit: 20, concurrency: 10 } as const;

export interface GatherPlan {
  question: string;
  sources: readonly Source[];
  limit: number;
  policy: Policy;
  model: Required<ModelOptions>;
}

/**
 * The plan of a `gather` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been asked then
 */
export function planGather(input: GatherInput): GatherPlan {
  const { question, sources, limit = gatherDefaults.limit } = input;
  if (typeof question !== 'string' || question.trim() === '' || question.length > 2_000) {
    throw new InputError(
      `Expected a question of 1 to 2000 characters, got ${beginningOf(JSON.stringify(question) ?? 'nothing', 80)}.`,
    );
  }
  if (sources.length === 0) throw new InputError('Expected at least one source, got none.');
  if (sources.length > maxDirectWidth) {
    throw new InputError(`Expected at most ${maxDirectWidth} sources, got ${sources.length}.`);
  }
  const names = sources.map(({ name }) => name);
  // Programs that start runs on their own are not held to the type.
  const nameless = names.findIndex((name: unknown) => typeof name !== 'string' || name === '');
  if (nameless >= 0) {
    const got = beginningOf(JSON.stringify(names[nameless]) ?? 'none', 80);
    throw new InputError(`Expected every source to have a name, got ${got} at number ${nameless + 1}.`);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new InputError(`Expected every source once, got \`${twice}\` twice.`);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 200) {
    throw new InputError(`Expected \`limit\` to be a whole number from 1 to 200, got \`${String(limit)}\`.`);
  }
  const { timeoutMs, attempts, concurrency } = gatherDefaults;
  const policy = policyOf({ timeoutMs, attempts, concurrency, ...input }, sources.length);
  return { question: question.trim(), sources, limit, policy, model: modelOptionsOf(input) };
}

/** Asks for an answer to the question, made of hits in the order of their numbers, which begin at 1. */
export function answerRequest(
  { question, model }: Pick<GatherPlan, 'question' | 'model'>,
  hits: readonly Hit[],
  missing: readonly string[],
): ModelRequest {
  const parts = hits.flatMap(({ title, link, text }, at): PromptPart[] => [
    hitNumber(at + 1),
    { value: { inline: `${title}\n${link}\n${text}` }, path: [] },
    '\n\n',
  ]);
  return {
    model: model.model,
    maxTokens: model.maxTokens,
    system: answerRules,
    prompt: '',
    promptParts: [...parts, answerPrompt(question, missing)],
  };
}
