import type { Duration } from './duration.js';

import { modelDefaults } from '../../src/contract/options.js';
import type { JsonSchema } from '../../src/contract/json-schema.js';
import { isOutput } from '../../src/contract/output.js';
import type { Output } from '../../src/contract/output.js';
import type { ServerTool } from '../../src/contract/server-tool.js';
import type { Stored } from '../../src/contract/stored.js';
import { modelOptionsOf } from '../../src/plan/policy.js';
import { checkServerTools } from '../../src/plan/server-tools.js';
import { checked } from '../engine/checked.js';
import { millisecondsOf } from './duration.js';
import { checkSchema } from './output.js';
import { badInput, badOption, checkNames, countOf, quoted } from './refuse.js';
import type { AskWork, Work } from './work.js';

/** A question to the model. Only `prompt` is needed. */
export interface AskOptions {
  prompt: string;
  /**
   * What the prompt speaks of: a text, or a reference to one that `placeDocument` has put into the store. It stands before the prompt;
   * branches with the same one share it in the provider's prompt cache.
   */
  document?: string | Stored<string> | undefined;
  /** What the model is, or how it is to go about it. */
  system?: string | undefined;
  /** The API's model id; that of the fan-out by default, else `claude-sonnet-5-5`. */
  model?: string | undefined;
  /** Most output tokens; that of the fan-out by default, else 2,048. A longer answer is `truncated`. */
  maxTokens?: number | undefined;
  /** Tools that the API runs itself while it answers: `web_search`, `code_execution`. Not in a fan-out with a `budget`. */
  serverTools?: readonly ServerTool[] | undefined;
  /** Time that it may take from its first attempt, all attempts together; that of the fan-out by default. */
  timeout?: Duration | undefined;
  /** Most tries; that of the fan-out by default. Being told to slow down uses up none. */
  attempts?: number | undefined;
}

/** What a question gives by its `output`: a text without one. */
export type Answered<Out> = Out extends Output<infer Value> ? Value : string;

/** A reference to a value in the store: `load` gives the value. */
export interface StoredValue<Value> {
  sha256: string;
  bytes: number;
  /** Never there: the type of the value. */
  readonly _value?: Value;
}

const names = [
  'prompt',
  'document',
  'system',
  'model',
  'maxTokens',
  'serverTools',
  'timeout',
  'attempts',
  'output',
  'stored',
] as const satisfies readonly (keyof AskOptions | 'output' | 'stored')[];

/**
 * A branch that asks the model. Its output is a text; with `output` it is what that says, or the branch is `invalid`. With `stored: true`
 * the output is a reference: for answers too many or too large for a workflow's history.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export function ask<
  Out extends Output<unknown> | undefined = undefined,
  InStore extends boolean | undefined = undefined,
>(
  question: AskOptions & { output?: Out; stored?: InStore },
): Work<InStore extends true ? StoredValue<Answered<Out>> : Answered<Out>> {
  checkNames('ask', question, names);
  const { prompt, document, system = '', model, maxTokens, timeout, attempts, output, stored = false } = question;
  const { serverTools = [] } = question;
  const outputSchema = checkedQuestion({ prompt, system, output });
  if (document !== undefined && !isDocument(document)) {
    throw badOption('document', 'a text or a reference to one', document);
  }
  checkModel({ model, maxTokens });
  if (question.serverTools !== undefined) checked(() => checkServerTools(serverTools, [], Infinity));
  const work: AskWork = {
    kind: 'ask',
    prompt,
    system,
    stored,
    ...(document !== undefined && { document }),
    ...(model !== undefined && { model }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(serverTools.length > 0 && { serverTools }),
    ...(timeout !== undefined && { timeoutMs: millisecondsOf('timeout', timeout) }),
    ...(attempts !== undefined && { attempts: countOf('attempts', attempts) }),
    ...(outputSchema !== undefined && { outputSchema }),
  };
  return work as Work<InStore extends true ? StoredValue<Answered<Out>> : Answered<Out>>;
}

/**
 * The JSON Schema of a question's output, where it has one.
 *
 * @throws ApplicationFailure `BadInput` where a part of the question cannot be meant
 */
export function checkedQuestion(question: {
  prompt: unknown;
  system: unknown;
  output: unknown;
}): JsonSchema | undefined {
  const { prompt, system, output } = question;
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw badOption('prompt', 'a text', prompt);
  }
  if (system !== undefined && typeof system !== 'string') throw badOption('system', 'a text', system);
  if (output === undefined) return undefined;
  if (!isOutput(output)) {
    throw badInput({
      path: ['output'],
      expected: 'made by `output` of fanfold/output, or by `jsonOutput`',
      got: typeof output === 'object' ? 'something else' : quoted(output),
    });
  }
  checkSchema(output.jsonSchema);
  return output.jsonSchema;
}

/** @throws ApplicationFailure `BadInput` where either cannot be meant */
export function checkModel(given: Pick<AskOptions, 'model' | 'maxTokens'>): void {
  // Most questions leave it to their fan-out, and there may be thousands.
  if (given.model === undefined && given.maxTokens === undefined) return;
  const { model = modelDefaults.model, maxTokens = modelDefaults.maxTokens } = given;
  // By its name in the library: commands have another. A `null` is none.
  if (maxTokens !== null) countOf('maxTokens', maxTokens);
  checked(() => modelOptionsOf({ model, maxTokens }));
}

function isDocument(document: unknown): document is string | Stored<string> {
  if (typeof document === 'string') return true;
  const { inline, sha256, bytes } = (document ?? {}) as { inline?: unknown; sha256?: unknown; bytes?: unknown };
  return typeof inline === 'string' || (typeof sha256 === 'string' && typeof bytes === 'number');
}
