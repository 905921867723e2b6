import type { StoredBranch } from '../../src/contract/branch.js';
import { fanOutDefaults, modelDefaults } from '../../src/contract/options.js';
import type { FanInKind } from '../../src/contract/options.js';
import type { Precedence } from '../../src/contract/priority.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { tallyOf } from '../../src/contract/lanes.js';
import { fanInOf, selectBy as bestOf } from '../../src/fold/fan-in.js';
import { policyOf } from '../../src/plan/policy.js';
import { checked } from '../engine/checked.js';
import { foldIn } from '../fold/fan-in.js';
import { checkModel } from './ask.js';
import { millisecondsOf } from './duration.js';
import type { Duration } from './duration.js';
import { outcomeFor } from './outcome.js';
import type { OkOutcome, Outcome } from './outcome.js';
import { priorityGiven } from './options.js';
import { badInput, checkNames, countOf, quoted } from './refuse.js';
import { isOfflineRun, runContext } from './run-context.js';

/** Options of a fan-in that asks a model. Every one may be left out. */
export interface FanInOptions {
  /** What the judge is to look for, or what the text is to answer. */
  criteria?: string | undefined;
  /** The API's model id; `claude-sonnet-5-5` by default. */
  model?: string | undefined;
  /** Most output tokens of each call; 2,048 by default. */
  maxTokens?: number | undefined;
  /** Time that each call may take, all attempts together; 5 minutes by default. */
  timeout?: Duration | undefined;
  /** Most tries of each call; 5 by default. */
  attempts?: number | undefined;
  /** Whether to ask anew where the journal has the answer. */
  fresh?: boolean | undefined;
  /**
   * Whose calls go first where calls of several runs wait: from 1, the first, to 5, or Temporal's own `{ priorityKey, fairnessKey,
   * fairnessWeight }`. What it leaves out is the workflow's own.
   */
  priority?: Precedence | undefined;
  /** Whether the offline model answers; by default as the client's `FanfoldPlugin` says. */
  offline?: boolean | undefined;
}

/** What judges have chosen. */
export interface Selected<Value> {
  /** The branch that was taken; none where no answer was ok, or a judge did not answer. */
  chosen: OkOutcome<Value> | undefined;
  /** Why, in the words of a judge; or why there is none. */
  reason: string;
  /** How many judges voted for each branch, by key. */
  votes: { [key: string]: number };
  /** The judges' calls, which cost too. */
  calls: Outcome<unknown>[];
}

/** Outcomes by key, or as a list. */
export type Outcomes<Value> = readonly Outcome<Value>[] | { readonly [key: string]: Outcome<Value> };

/** The outputs of outcomes by key: of those that are ok. */
export type MergedOutputs<All> = {
  [Key in keyof All]?: All[Key] extends Outcome<infer Value, never> | Outcome<infer Value> ? Value : never;
};

/** The outputs of the branches that are ok, by key, in input order. */
export function merge<Value>(outcomes: readonly Outcome<Value>[]): { [key: string]: Value };
export function merge<All extends { readonly [key: string]: Outcome<unknown> }>(outcomes: All): MergedOutputs<All>;
export function merge(outcomes: Outcomes<unknown>): { [key: string]: unknown } {
  return Object.fromEntries(okOf(outcomes).map(({ key, output }) => [key, output]));
}

/** The branch whose output scores highest, of those that are ok; the first in input order among equals. */
export function selectBy<Value>(
  outcomes: Outcomes<Value>,
  score: (output: Value) => number,
): OkOutcome<Value> | undefined {
  return bestOf(okOf(outcomes), (output) => score(output as Value));
}

/**
 * The best of several answers: two judges see them in opposite orders, and where they disagree, the earlier of the two is taken.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export async function select<Value>(outcomes: Outcomes<Value>, options: FanInOptions = {}): Promise<Selected<Value>> {
  const { fanIn, failure } = await folded('select', outcomes, options);
  const { chosen, calls = [] } = fanIn ?? {};
  const reason = failure ?? chosen?.reason ?? 'No answer is ok.';
  return {
    chosen: chosen && okOf(outcomes).find(({ key }) => key === chosen.key),
    reason,
    votes: chosen?.votes ?? {},
    calls: calls.map(told),
  };
}

/**
 * One text made of all answers that are ok; the model is told which are missing. Answers too long for one call are folded in groups. Its
 * outcome has the cost of all calls.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export async function synthesise(outcomes: Outcomes<unknown>, options: FanInOptions = {}): Promise<Outcome<string>> {
  const { fanIn } = await folded('synthesise', outcomes, options);
  const calls = fanIn?.calls ?? [];
  const last = calls.find(({ status }) => status !== 'ok') ?? calls.at(-1);
  if (last === undefined) throw badInput({ path: [], expected: 'an answer that is ok to make a text of', got: 'none' });
  const { usage, costUsd, savedUsd, cacheSavedUsd, lostUsd } = tallyOf(calls);
  const whole = { ...last, usage, costUsd, savedUsd, cacheSavedUsd, lostUsd };
  return outcomeFor(whole, 'synthesis', 0) as Outcome<string>;
}

const names = [
  'criteria',
  'model',
  'maxTokens',
  'timeout',
  'attempts',
  'fresh',
  'priority',
  'offline',
] as const satisfies readonly (keyof FanInOptions)[];

async function folded(
  how: FanInKind,
  outcomes: Outcomes<unknown>,
  options: FanInOptions,
): Promise<{ fanIn?: RunResult['fanIn']; failure?: string }> {
  checkNames(how, options, names);
  const { model = modelDefaults.model, maxTokens = modelDefaults.maxTokens, criteria, fresh = false } = options;
  checkModel({ model, maxTokens });
  const priority = priorityGiven(options);
  const policy = {
    timeoutMs: options.timeout === undefined ? fanOutDefaults.timeoutMs : millisecondsOf('timeout', options.timeout),
    attempts: options.attempts === undefined ? fanOutDefaults.attempts : countOf('attempts', options.attempts),
  };
  const fanIn = checked(() => fanInOf({ fanIn: how, ...(criteria !== undefined && { criteria }) }));
  const branches = listOf(outcomes).map((outcome): StoredBranch => {
    if (outcome.status !== 'ok') return outcome;
    const { output, inStore, ...rest } = outcome;
    // What is a reference is marked as one, whatever it looks like.
    return { ...rest, output: inStore === true ? (output as { sha256: string; bytes: number }) : { inline: output } };
  });
  const [name = how] = runContext().nameAll([how]);
  const plan = {
    branches: [{ key: how, request: { model, maxTokens, system: '', prompt: '' } }],
    policy: checked(() => policyOf(policy, 1)),
    offline: options.offline ?? isOfflineRun(),
    fresh,
    fanIn,
    fanInWithin: name,
    ...(priority !== undefined && { fanInPriority: priority }),
  };
  const made = await foldIn(plan, branches);
  const calls = made.fanIn?.calls ?? [];
  const context = runContext();
  context.asksWithin(() => calls);
  context.progress.spentBeside(tallyOf(calls).costUsd);
  return made;
}

function told(call: StoredBranch, index: number): Outcome<unknown> {
  return outcomeFor(call, call.key, index);
}

function okOf<Value>(outcomes: Outcomes<Value>): OkOutcome<Value>[] {
  return listOf(outcomes).filter((outcome) => outcome.status === 'ok');
}

function listOf<Value>(outcomes: Outcomes<Value>): readonly Outcome<Value>[] {
  if (typeof outcomes !== 'object' || outcomes === null) {
    throw badInput({ path: [], expected: 'outcomes by key or as a list', got: quoted(outcomes) });
  }
  return Array.isArray(outcomes) ? (outcomes as readonly Outcome<Value>[]) : Object.values(outcomes);
}
