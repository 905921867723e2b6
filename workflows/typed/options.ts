import type { Priority } from '@temporalio/common';

import type { Duration } from './duration.js';
import type { FanOutOptions as PolicyOptions, Join, Late, ModelOptions, Policy } from '../../src/contract/options.js';
import { temporalPriority } from '../../src/contract/priority.js';
import type { Precedence } from '../../src/contract/priority.js';
import { policyOf } from '../../src/plan/policy.js';
import { checked } from '../engine/checked.js';
import { checkModel } from './ask.js';
import { millisecondsOf } from './duration.js';
import { badOption, checkNames, countOf } from './refuse.js';
import { isOfflineRun } from './run-context.js';

/** Options of a fan-out. Every one may be left out. */
export interface FanOutOptions {
  /**
   * `settled`, the default: every branch ends in its own way. `all`: the first that is not ok cuts the others. `quorum`: enough have come
   * when so many are ok. `first`: when one is.
   */
  join?: Join | undefined;
  /** Number of branches that `quorum` waits for; more than half by default. */
  quorum?: number | undefined;
  /** Time from the start after which branches that still go on are `late`; none by default. */
  deadline?: Duration | undefined;
  /**
   * Branches that still go on when enough have come, or at the deadline: `cancel`, the default, cuts them; with `amend` they end, `answer` is
   * what was there, and `outcomes` has all.
   */
  late?: Late | undefined;
  /** Time that a branch may take, all attempts together; 5 minutes by default for what asks the model, no limit for your own. */
  timeout?: Duration | undefined;
  /** Most tries of a branch; 5 by default for what asks the model, 1 for your own. */
  attempts?: number | undefined;
  /** Most branches in flight at once; 50 by default, `Infinity` for all. A ceiling: calls leave as fast as the API lets them. */
  concurrency?: number | undefined;
  /** Whether a question that takes much longer than its siblings is asked a second time; the first answer wins. */
  hedge?: boolean | undefined;
  /** The most that it may spend, in US dollars: a question that might cost more than is left is `skipped`. */
  budget?: number | undefined;
  /** Whether to ask by Message Batches, at half the price and within 24 hours. At the deadline the rest is asked at full price. */
  economy?: boolean | undefined;
  /** The API's model id, for questions that name none; `claude-sonnet-5-5` by default. */
  model?: string | undefined;
  /** Most output tokens, for questions that do not say; 2,048 by default. */
  maxTokens?: number | undefined;
  /** Whether to ask anew where the journal has the answer. */
  fresh?: boolean | undefined;
  /**
   * Whose questions go first where calls of several runs wait: from 1, the first, to 5, or Temporal's own `{ priorityKey, fairnessKey,
   * fairnessWeight }`. What it leaves out is the workflow's own.
   */
  priority?: Precedence | undefined;
  /** Whether the offline model answers; by default as the client's `FanfoldPlugin` says. */
  offline?: boolean | undefined;
}

/** Options of a fan-out over items. */
export interface ItemsOptions<Item> extends FanOutOptions {
  /** The key of an item's branch, each once; by default its place, from 0. */
  key?: ((item: Item, index: number) => string) | undefined;
}

/** The names of {@link FanOutOptions}. */
export const fanOutNames = [
  'join',
  'quorum',
  'deadline',
  'late',
  'timeout',
  'attempts',
  'concurrency',
  'hedge',
  'budget',
  'economy',
  'model',
  'maxTokens',
  'fresh',
  'priority',
  'offline',
] as const satisfies readonly (keyof FanOutOptions)[];

/** Options of a graph, which has no join: its nodes' needs say what is waited for. */
export const graphNames = fanOutNames.filter((name) => !['join', 'quorum', 'late', 'economy'].includes(name));

/** Options, checked, with every default filled in. */
export interface Settings {
  policy: Policy;
  /** Of branches of somebody's own, where it was said. */
  own: { timeoutMs: number | undefined; attempts: number };
  model: { model: string | undefined; maxTokens: number | undefined };
  fresh: boolean;
  offline: boolean;
  /** Whose questions go first, where that was said. */
  priority: Priority | undefined;
}

type Converted = Omit<PolicyOptions, 'budget' | 'atLeast'> & ModelOptions & { fresh: boolean; offline: boolean };

/**
 * Options as workflows of fanfold's take them: of those that were given each is checked by itself, and has its unit.
 *
 * @throws ApplicationFailure `BadInput` where one cannot be meant
 */
function converted(given: FanOutOptions, branches: number): Converted {
  const { join, quorum, late, hedge, economy, fresh = false, offline = isOfflineRun(), model, maxTokens } = given;
  for (const [name, flag] of Object.entries({ hedge, economy, fresh, offline })) {
    if (flag !== undefined && typeof flag !== 'boolean') {
      throw badOption(name, 'true or false', flag);
    }
  }
  checkModel({ model, maxTokens });
  const options = {
    join,
    quorum,
    late,
    hedge,
    economy,
    model,
    maxTokens,
    timeoutMs: given.timeout === undefined ? undefined : millisecondsOf('timeout', given.timeout),
    attempts: given.attempts === undefined ? undefined : countOf('attempts', given.attempts),
    deadlineMs: given.deadline === undefined ? undefined : millisecondsOf('deadline', given.deadline),
    concurrency: given.concurrency === Infinity ? Math.max(1, branches) : given.concurrency,
  };
  const defined = Object.fromEntries(Object.entries(options).filter(([, option]) => option !== undefined));
  return { ...(defined as PolicyOptions & ModelOptions), fresh, offline };
}

/**
 * The options as the input of a workflow of fanfold's whose branches are in the store: lanes work out what each may cost.
 *
 * @throws ApplicationFailure `BadInput` where one cannot be meant
 */
export function inputOf(given: FanOutOptions, branches: number): PolicyOptions & ModelOptions {
  const { budget } = given;
  return { ...converted(given, branches), ...(budget !== undefined && { budget: { usd: budget, boundsUsd: [] } }) };
}

/**
 * @param what whose options they are, for errors
 * @throws ApplicationFailure `BadInput` where one cannot be meant
 */
export function settingsOf(what: string, given: FanOutOptions, branches: number): Settings {
  checkNames(what, given, [...fanOutNames, 'key']);
  const { fresh, offline, ...options } = converted(given, branches);
  // Of nothing, an option is right or wrong as it would be of one.
  if (branches === 0) return settingsOf(what, { ...given, quorum: given.quorum === undefined ? undefined : 1 }, 1);
  const { budget: usd, model, maxTokens } = given;
  const budget = usd === undefined ? {} : { budget: { usd, boundsUsd: Array.from({ length: branches }, () => 0) } };
  return {
    policy: checked(() => policyOf({ ...options, ...budget }, branches)),
    own: { timeoutMs: options.timeoutMs, attempts: options.attempts ?? 1 },
    model: { model, maxTokens },
    fresh,
    offline,
    priority: priorityGiven(given),
  };
}

/** @throws ApplicationFailure `BadInput` where it cannot be meant */
export function priorityGiven({ priority }: { priority?: Precedence | undefined }): Priority | undefined {
  return priority === undefined ? undefined : checked(() => temporalPriority(priority));
}

/** The same as an option of a child workflow's start; what is left out is inherited from this workflow. */
export function childPriority(given: { priority?: Precedence | undefined }): { priority?: Priority } {
  const priority = priorityGiven(given);
  return priority === undefined ? {} : { priority };
}
