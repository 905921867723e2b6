import type { Known } from '../contract/known.js';
import type { JsonSchema } from '../contract/json-schema.js';
import type { Chunk, Template } from '../contract/lanes.js';
import { isWorthCaching } from '../contract/document.js';
import type { StoredDocument } from '../contract/document.js';
import { InputError } from '../contract/errors.js';
import { fanInOf } from '../fold/fan-in.js';
import { maxDirectWidth } from '../contract/limits.js';
import { compareRules } from '../prompts/compare.js';
import type { RowsFold } from '../fold/rows.js';
import { checkOutputSchema } from './check-output-schema.js';
import type { FanOutPlan } from './fan-out-plan.js';
import { variablesIn } from './fill.js';
import { checkWays, totalOf } from './item-request.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanOutOptions, ModelOptions } from '../contract/options.js';
import type { WidePlan } from './summarise-plan.js';

/** Ways to find the best answer. `judge`: two judges see the answers in opposite orders; `vote`: what most of them say. */
export const bestBy = ['judge', 'vote'] as const;
/** Who says which answer is best. */
export type BestBy = (typeof bestBy)[number];

/** Input of the workflow `compare`. */
export interface CompareInput extends FanOutOptions, ModelOptions {
  /** The API's model ids; `model` by default. */
  models?: readonly string[];
  /** Prompts by name, in the order of the result. */
  variants: readonly { name: string; prompt: string }[];
  /** The document that all prompts are about. */
  document?: StoredDocument;
  /** Several rows in place of a document: each is asked about in every way, in lanes, and the prompts are templates over its columns. */
  chunks?: readonly Chunk[];
  /** JSON Schema of an answer; plain text by default. */
  schema?: JsonSchema;
  /** How the best answer is found; by default all answers stand side by side. */
  best?: BestBy;
  /** What the judge is to look for. */
  criteria?: string;
  /** The judge's model; `model` by default. */
  judgeModel?: string;
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
  /** The state of the execution before, after continue-as-new. */
  carried?: unknown;
}

/**
 * The plan of a `compare` run: a branch for each model and variant, named after what it differs in.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planCompare(input: CompareInput): FanOutPlan & { best: BestBy | undefined } {
  const { document, best, criteria, schema } = input;
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const ways = waysOf(input, model);
  if (ways.length > maxDirectWidth) throw wrongNumber(input, ways.length);
  if (best !== undefined && !bestBy.includes(best)) {
    throw new InputError(`Expected \`best\` to be one of ${bestBy.join(', ')}, got \`${String(best)}\`.`);
  }
  if (criteria !== undefined && best !== 'judge') {
    throw new InputError('Expected `best` to be judge where there are `criteria`.');
  }
  const cached = document !== undefined && input.variants.length > 1 && isWorthCaching(document);
  const shared = {
    maxTokens,
    system: compareRules,
    ...(document && { document }),
    ...(cached && { cacheDocument: true }),
    ...(schema !== undefined && { outputSchema: schema }),
  };
  return {
    branches: ways.map(({ key, model: of, prompt }) => ({ key, request: { model: of, ...shared, prompt } })),
    policy: policyOf(input, ways.length),
    offline,
    fresh,
    fanIn: fanInOf(best === 'judge' ? { fanIn: 'select', ...(criteria !== undefined && { criteria }) } : {}),
    fanInModel: input.judgeModel ?? model,
    best,
  };
}

/**
 * The plan of a `compare` run over rows, in lanes: every model and variant answers about each row, with the keys `row/way`, and
 * the answers are compared row by row.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planCompareRows(input: CompareInput): { wide: WidePlan; rows: RowsFold; template: Template } {
  const { chunks = [], schema } = input;
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const alone = (['document', 'best', 'criteria', 'judgeModel'] as const).find((name) => input[name] !== undefined);
  if (alone !== undefined) {
    throw new InputError(
      `Expected no \`${alone}\` where rows are compared: the answers about each stand side by side.`,
    );
  }
  const ways = waysOf(input, model);
  checkWays(ways, 'models and prompts');
  for (const { prompt } of input.variants) variablesIn(prompt);
  const total = totalOf(chunks, ways.length, 'row');
  const template: Template = {
    model,
    maxTokens,
    system: compareRules,
    prompt: '',
    filled: true,
    ways,
    ...(schema !== undefined && { outputSchema: schema }),
  };
  const rows = { samples: 1, vote: undefined, ways: ways.map(({ key }) => key), compares: true };
  return {
    rows,
    template,
    wide: { chunks, total, template, policy: policyOf(input, total, { inLanes: true }), offline, fresh },
  };
}

/** Every model with every variant, named after what it differs in. */
function waysOf(input: CompareInput, model: string): { key: string; model: string; prompt: string }[] {
  const { variants, schema } = input;
  const models = input.models ?? [model];
  // All models are checked alike.
  for (const each of [...models, input.judgeModel ?? model]) modelOptionsOf({ ...input, model: each });
  checkOnce('model', models);
  checkOnce(
    'variant',
    variants.map(({ name }) => name),
  );
  if (schema !== undefined) checkOutputSchema(schema);
  const total = models.length * variants.length;
  if (total < 2) throw wrongNumber(input, total);
  const ways = variants.flatMap(({ name, prompt }) =>
    models.map((of) => ({ key: keyOf(name, of, variants.length, models.length), model: of, prompt })),
  );
  // "a b" with the model "c", and "a" with the model "b c".
  const keys = ways.map(({ key }) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw new InputError(`Expected every variant and model once, got \`${twice}\` twice.`);
  return ways;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function wrongNumber({ models = [], variants }: CompareInput, total: number): InputError {
  return new InputError(
    `Expected 2 to ${maxDirectWidth} answers to compare, got ${counted(Math.max(1, models.length), 'model')} and ${counted(variants.length, 'prompt')}, which make ${total}.`,
    'Name several `--models`, or several prompts with `--variant`.',
  );
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
