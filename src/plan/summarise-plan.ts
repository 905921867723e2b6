import type { StoredDocument } from '../contract/document.js';
import type { Known } from '../contract/known.js';
import { InputError } from '../contract/errors.js';
import { fanInOf } from '../fold/fan-in.js';
import type { FanInOptions, FanOutOptions, ModelOptions, Policy } from '../contract/options.js';
import type { Chunk, Template } from '../contract/lanes.js';
import { maxDirectWidth, maxFoldedWidth } from '../contract/limits.js';
import { summaryPrompt, summaryRules } from '../prompts/summarise.js';
import type { FanOutPlan } from './fan-out-plan.js';
import { totalOf } from './item-request.js';
import { modelOptionsOf, policyOf } from './policy.js';

export const summariseDefaults = { concurrency: 10, sentences: 2, maxTokens: 512, splitTokens: 150_000 } as const;

/** Input of the workflow `summarise`: `documents` where there are few, `chunks` where there are many. */
export interface SummariseInput extends FanOutOptions, ModelOptions, FanInOptions {
  documents?: readonly { key: string; text: StoredDocument; unreadable?: string }[];
  chunks?: readonly Chunk[];
  /** Sentences of a summary; 2 by default. */
  sentences?: number;
  /** A document of more tokens, by estimate, is read in parts; 150,000 by default, within every model's context. */
  splitTokens?: number;
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
  /** The state of the execution before, after continue-as-new. */
  carried?: unknown;
}

/** A wide run, every default filled in. */
export interface WidePlan {
  chunks: readonly Chunk[];
  total: number;
  template: Template;
  policy: Policy;
  offline: boolean;
  fresh: boolean;
  /** How the outcomes become one result; merged where it is absent. */
  fanIn?: ReturnType<typeof fanInOf>;
}

/**
 * The plan of a `summarise` run.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planSummarise(input: SummariseInput): { direct: FanOutPlan } | { wide: WidePlan } {
  const { documents, chunks, sentences = summariseDefaults.sentences } = input;
  if (!Number.isSafeInteger(sentences) || sentences < 1 || sentences > 100) {
    throw new InputError(`Expected \`sentences\` to be a whole number from 1 to 100, got \`${String(sentences)}\`.`);
  }
  const options = { ...input, maxTokens: input.maxTokens ?? summariseDefaults.maxTokens };
  const { offline, fresh, ...asked } = modelOptionsOf(options);
  const splitTokens = input.splitTokens ?? summariseDefaults.splitTokens;
  // Answers about parts must take less room than the parts.
  if (!Number.isSafeInteger(splitTokens) || splitTokens < 4 * asked.maxTokens) {
    throw new InputError(
      `Expected \`split-tokens\` to be a whole number, ${4 * asked.maxTokens} (four times \`max-tokens\`) or more, got \`${String(splitTokens)}\`.`,
    );
  }
  const { model, maxTokens } = asked;
  const template: Template = {
    model,
    maxTokens,
    system: summaryRules,
    prompt: summaryPrompt(sentences),
    foldOver: splitTokens,
  };
  const fanIn = fanInOf(input);
  const withDefaults = { ...input, concurrency: input.concurrency ?? summariseDefaults.concurrency };
  if (chunks !== undefined) {
    const total = totalOf(chunks, 1, 'document');
    if (fanIn.how !== 'merge' && total > maxFoldedWidth) {
      throw new InputError(
        `Expected at most ${maxFoldedWidth} documents with \`fan-in\` ${fanIn.how}, got ${total}.`,
        'Summarise them first, and fold the summaries.',
      );
    }
    const wide = { chunks, total, template, policy: policyOf(withDefaults, total, { inLanes: true }), offline, fresh };
    return { wide: { ...wide, ...(fanIn.how !== 'merge' && { fanIn }) } };
  }
  const few = documents ?? [];
  if (few.length === 0) throw new InputError('Expected at least one document, got none.');
  if (few.length > maxDirectWidth) {
    throw new InputError(
      `Expected at most ${maxDirectWidth} \`documents\`, got ${few.length}.`,
      'Store them as `chunks`.',
    );
  }
  return {
    direct: {
      branches: few.map(({ key, text, unreadable }) => ({
        key,
        request: { ...template, document: text },
        ...(unreadable !== undefined && { unreadable }),
      })),
      policy: policyOf(withDefaults, few.length),
      offline,
      fresh,
      fanIn,
    },
  };
}
