import type { Known } from '../contract/known.js';
import type { ModelRequest } from '../contract/model-request.js';
import { isWorthCaching } from '../contract/document.js';
import type { StoredDocument } from '../contract/document.js';
import { InputError } from '../contract/errors.js';
import { fanInOf } from '../fold/fan-in.js';
import { maxDirectWidth } from '../contract/limits.js';
import { compareRules } from '../prompts/compare.js';
import type { FanOutPlan } from './fan-out-plan.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanOutOptions, ModelOptions } from '../contract/options.js';

/** Ways to find the best answer. `judge`: two judges see the answers in opposite orders; `vote`: what most of them say. */
export const bestBy = ['judge', 'vote'] as const;
export type BestBy = (typeof bestBy)[number];

/** Input of the workflow `compare`. */
export interface CompareInput extends FanOutOptions, ModelOptions {
  /** The API's model ids; `model` by default. */
  models?: readonly string[];
  /** Prompts by name, in the order of the result. */
  variants: readonly { name: string; prompt: string }[];
  /** The document that all prompts are about. */
  document?: StoredDocument;
  /** How the best answer is found; by default all answers stand side by side. */
  best?: BestBy;
  /** What the judge is to look for. */
  criteria?: string;
  /** The judge's model; `model` by default. */
  judgeModel?: string;
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
}

/**
 * The plan of a `compare` run: a branch for each model and variant, named after what it differs in.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planCompare(input: CompareInput): FanOutPlan & { best: BestBy | undefined } {
  const { variants, document, best, criteria } = input;
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const models = input.models ?? [model];
  // All models are checked alike.
  for (const each of [...models, input.judgeModel ?? model]) modelOptionsOf({ ...input, model: each });
  checkOnce('model', models);
  checkOnce(
    'variant',
    variants.map(({ name }) => name),
  );
  const total = models.length * variants.length;
  if (total < 2 || total > maxDirectWidth) {
    throw new InputError(
      `Expected 2 to ${maxDirectWidth} answers to compare, got ${models.length} models and ${variants.length} prompts, which make ${total}.`,
      'Name several `--models`, or several prompts with `--variant`.',
    );
  }
  if (best !== undefined && !bestBy.includes(best)) {
    throw new InputError(`Expected \`best\` to be one of ${bestBy.join(', ')}, got \`${String(best)}\`.`);
  }
  if (criteria !== undefined && best !== 'judge') {
    throw new InputError('Expected `best` to be judge where there are `criteria`.');
  }
  const cached = document !== undefined && variants.length > 1 && isWorthCaching(document);
  const requestOf = (of: string, prompt: string): ModelRequest => ({
    model: of,
    maxTokens,
    system: compareRules,
    ...(document && { document }),
    ...(cached && { cacheDocument: true }),
    prompt,
  });
  const branches = variants.flatMap(({ name, prompt }) =>
    models.map((of) => ({ key: keyOf(name, of, variants.length, models.length), request: requestOf(of, prompt) })),
  );
  // "a b" with the model "c", and "a" with the model "b c".
  const keys = branches.map(({ key }) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw new InputError(`Expected every variant and model once, got \`${twice}\` twice.`);
  return {
    branches,
    policy: policyOf(input, total),
    offline,
    fresh,
    fanIn: fanInOf(best === 'judge' ? { fanIn: 'select', ...(criteria !== undefined && { criteria }) } : {}),
    fanInModel: input.judgeModel ?? model,
    best,
  };
}

function keyOf(variant: string, model: string, variants: number, models: number): string {
  if (variants === 1) return model;
  return models === 1 ? variant : `${variant} ${model}`;
}

function checkOnce(what: string, names: readonly string[]): void {
  const strange = names.find((name) => !/^[\p{L}\p{N}][\p{L}\p{N} ._:@/-]{0,127}$/u.test(name));
  if (strange !== undefined) {
    throw new InputError(`Expected a ${what} to have a name of letters and digits, got ${JSON.stringify(strange)}.`);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new InputError(`Expected every ${what} once, got \`${twice}\` twice.`);
}
