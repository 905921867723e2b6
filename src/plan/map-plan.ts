import { InputError } from '../contract/errors.js';
import type { JsonSchema } from '../contract/json-schema.js';
import type { Known } from '../contract/known.js';
import type { Chunk, Item, Template } from '../contract/lanes.js';
import { maxDirectWidth } from '../contract/limits.js';
import type { FanOutOptions, ModelOptions } from '../contract/options.js';
import { fanInOf } from '../fold/fan-in.js';
import type { RowsFold } from '../fold/rows.js';
import { mapRules } from '../prompts/map.js';
import { checkOutputSchema } from './check-output-schema.js';
import type { FanOutPlan } from './fan-out-plan.js';
import { variablesIn } from './fill.js';
import { askedAt, itemRequest } from './item-request.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { WidePlan } from './summarise-plan.js';

export const mapDefaults = { concurrency: 50, maxTokens: 1_024, samples: 1 } as const;

/** Most answers about one row. */
const mostSamples = 100;

/** Input of the workflow `map`: `rows` where there are few, `chunks` where there are many. */
export interface MapInput extends FanOutOptions, ModelOptions {
  /** A template over the columns of a row, such as `Is this spam? {{ subject }}`. */
  prompt: string;
  /** What the model is told before each prompt; rules for answering about one row by default. */
  system?: string;
  /** JSON Schema of an answer; plain text by default. */
  schema?: JsonSchema;
  /** How often each row is asked about; once by default. */
  samples?: number;
  /** The vote over the answers about a row: `true` for whole answers, or the field that counts. */
  vote?: true | string;
  rows?: readonly Pick<Item, 'key' | 'fields' | 'unreadable'>[];
  chunks?: readonly Chunk[];
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
  /** The state of the execution before, after continue-as-new. */
  carried?: unknown;
}

/** A `map` run, every default filled in. */
export type MapPlan = { rows: RowsFold; template: Template } & ({ direct: FanOutPlan } | { wide: WidePlan });

/**
 * The plan of a `map` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planMap(input: MapInput): MapPlan {
  const { rows, chunks } = input;
  const { offline, fresh, model, maxTokens } = modelOptionsOf({
    ...input,
    maxTokens: input.maxTokens ?? mapDefaults.maxTokens,
  });
  const answers = answersOf(input);
  const template: Template = {
    model,
    maxTokens,
    system: input.system ?? mapRules,
    prompt: checkedPrompt(input),
    filled: true,
    ...(answers.samples > 1 && { samples: answers.samples }),
    ...(input.schema !== undefined && { outputSchema: input.schema }),
  };
  const withDefaults = { ...input, concurrency: input.concurrency ?? mapDefaults.concurrency };
  if (chunks !== undefined) {
    const total = chunks.reduce((sum, { count }) => sum + count, 0);
    if (total === 0) throw noRows();
    return {
      rows: answers,
      template,
      wide: { chunks, total, template, policy: policyOf(withDefaults, total, { inLanes: true }), offline, fresh },
    };
  }
  const items = (rows ?? []).map((row) => ({ ...row, text: '' }));
  const total = items.length * answers.samples;
  if (total === 0) throw noRows();
  if (total > maxDirectWidth) {
    throw new InputError(
      `Expected at most ${maxDirectWidth} answers about \`rows\`, got ${total}.`,
      'Store them as `chunks`.',
    );
  }
  const branches = Array.from({ length: total }, (_, place) => askedAt(items, place, template)).flatMap((asked) =>
    asked === undefined ? [] : [{ key: asked.key, request: itemRequest(template, asked) }],
  );
  return {
    rows: answers,
    template,
    direct: { branches, policy: policyOf(withDefaults, total), offline, fresh, fanIn: fanInOf({}) },
  };
}

function noRows(): InputError {
  return new InputError('Expected at least one row, got none.');
}

function checkedPrompt({ prompt, system }: MapInput): string {
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw new InputError(`Expected \`prompt\` to be a text, got ${JSON.stringify(prompt) ?? 'nothing'}.`);
  }
  if (system !== undefined && typeof system !== 'string') {
    throw new InputError(`Expected \`system\` to be a text, got ${JSON.stringify(system)}.`);
  }
  variablesIn(prompt);
  return prompt;
}

function answersOf({ samples = mapDefaults.samples, vote, schema }: MapInput): RowsFold {
  if (!Number.isSafeInteger(samples) || samples < 1 || samples > mostSamples) {
    throw new InputError(
      `Expected \`samples\` to be a whole number from 1 to ${mostSamples}, got \`${String(samples)}\`.`,
    );
  }
  if (schema !== undefined) checkOutputSchema(schema);
  if (vote === undefined) return { samples, vote };
  if (samples === 1) throw new InputError('Expected several `samples` where there is a `vote`, got 1.');
  if (vote === true) return { samples, vote };
  const fields = Object.keys((schema?.['properties'] as object | undefined) ?? {});
  if (!fields.includes(vote)) {
    throw new InputError(
      `Expected \`vote\` to be a field of the answer, ${fields.join(', ') || 'and a schema with fields'}, got \`${String(vote)}\`.`,
    );
  }
  return { samples, vote };
}
