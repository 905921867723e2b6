import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

import type { StoredBranch } from '../../src/contract/branch.js';
import { fanOut as fanOutBranches } from '../engine/fan-out.js';
import type { Follow, RunProgress } from '../engine/progress.js';
import { Branches } from './branches.js';
import { settingsOf } from './options.js';
import type { FanOutOptions, ItemsOptions } from './options.js';
import { outcomeFor } from './outcome.js';
import type { Outcome } from './outcome.js';
import { badInput, badOption, quoted } from './refuse.js';
import { runContext } from './run-context.js';
import { directPolicy, isWide, WideRun } from './wide-run.js';
import { workOf } from './own-work.js';
import type { Task, ValueOf } from './work.js';

/** The outcomes of branches with names, by name. */
export type OutcomesByKey<Tasks> = { [Key in keyof Tasks]: Outcome<ValueOf<Tasks[Key]>, Key & string> };

/** The outcomes of a list of branches, each in its place. */
export type OutcomesInOrder<Tasks extends readonly unknown[]> = {
  -readonly [Place in keyof Tasks]: Outcome<ValueOf<Tasks[Place]>>;
};

/** A fan-out under way. To iterate over it gives the outcomes in completion order; a branch that is begun anew comes once more. */
export interface FanOut<Outcomes, Each> extends AsyncIterable<Each> {
  /** The outcomes in input order when enough have come, as the join says, or at the deadline; what still goes on is `late`. */
  readonly answer: Promise<Outcomes>;
  /**
   * The outcomes in input order when every branch has ended. A branch that fails is an outcome; this rejects only where the workflow, or the
   * scope around the fan-out, is cancelled.
   */
  readonly outcomes: Promise<Outcomes>;
}

/**
 * Begins all branches at once, and waits for them as its options say.
 *
 * ```ts
 * const review = fanOut({ owed: ask({ document, prompt }), words: activity(() => countWords(text)) });
 * const { owed, words } = await review.outcomes;
 * ```
 *
 * With more than 50 questions these travel in lanes, in a child workflow on fanfold's own task queue; nothing else changes.
 *
 * @throws ApplicationFailure `BadInput`, which ends the workflow, where a branch or an option cannot be meant
 */
export function fanOut<const Tasks extends readonly Task[]>(
  branches: Tasks,
  options?: FanOutOptions,
): FanOut<OutcomesInOrder<Tasks>, OutcomesInOrder<Tasks>[number]>;
export function fanOut<One extends Task>(
  branches: Iterable<One>,
  options?: FanOutOptions,
): FanOut<Outcome<ValueOf<One>>[], Outcome<ValueOf<One>>>;
export function fanOut<Item, One extends Task>(
  items: Iterable<Item>,
  branch: (item: Item, index: number) => One,
  options?: ItemsOptions<Item>,
): FanOut<Outcome<ValueOf<One>>[], Outcome<ValueOf<One>>>;
export function fanOut<Tasks extends { readonly [key: string]: Task }>(
  branches: Tasks,
  options?: FanOutOptions,
): FanOut<OutcomesByKey<Tasks>, OutcomesByKey<Tasks>[keyof Tasks]>;
export function fanOut(
  given: object,
  second?: FanOutOptions | ((item: unknown, index: number) => Task),
  third?: ItemsOptions<unknown>,
): FanOut<unknown, unknown> {
  const options = (typeof second === 'function' ? third : second) ?? {};
  if (isIterable(given)) {
    const items = [...given];
    const tasks = typeof second === 'function' ? items.map((item, at) => second(item, at)) : items;
    return started(tasks, keysOf(items, (options as ItemsOptions<unknown>).key), options, (outcomes) => outcomes);
  }
  checkRecord(given);
  if (typeof second === 'function')
    throw badInput({ path: [], expected: 'items to be a list or another iterable', got: 'an object' });
  const keys = Object.keys(given);
  const byKey = (outcomes: readonly unknown[]) => Object.fromEntries(keys.map((key, at) => [key, outcomes[at]]));
  return started(Object.values(given), keys, options, byKey);
}

/**
 * Does one piece of work by itself, with the same options: `await outcomeOf(ask({ … }), { hedge: true })`.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 * @throws CancelledFailure where the workflow, or the scope around it, is cancelled
 */
export async function outcomeOf<One extends Task>(
  work: One,
  { name = 'branch', ...options }: FanOutOptions & { name?: string | undefined } = {},
): Promise<Outcome<ValueOf<One>>> {
  const outcomes = await started([work], keysOf([name], String), options, (all) => all).outcomes;
  return (outcomes as Outcome<ValueOf<One>>[])[0] as Outcome<ValueOf<One>>;
}

function started(
  tasks: readonly unknown[],
  keys: readonly string[],
  options: FanOutOptions,
  arranged: (outcomes: readonly Outcome<unknown>[]) => unknown,
): FanOut<unknown, unknown> {
  const works = tasks.map((task, at) => workOf(task, keys[at] ?? ''));
  const settings = settingsOf('fanOut', options, works.length);
  const context = runContext();
  const names = context.nameAll(keys);
  const branches = new Branches(settings, works);
  const outer = CancellationScope.current();
  const wide = isWide(works);
  const firstIndex = wide ? 0 : context.progress.add(...names);
  const ended = new Map<number, StoredBranch>();
  const run = wide
    ? new WideRun(works, names, branches)
    : fanOutBranches(
        works.map((work, at) => branches.of(names[at] ?? '', work)),
        directPolicy(settings.policy),
        ending(context.progress, ended),
        Date.now(),
        firstIndex,
      );
  context.asksWithin(() => (run instanceof WideRun ? run.ended : ended).values());
  // One object for each outcome, whichever way it is looked at: to make it thrice counts where there are thousands.
  const made = new WeakMap<StoredBranch, Outcome<unknown>>();
  const typed = (branch: StoredBranch) => {
    const before = made.get(branch);
    if (before !== undefined) return before;
    const at = branch.index - firstIndex;
    const outcome = outcomeFor({ ...branch, ...branches.triedOf(branch) }, keys[at] ?? branch.key, at);
    made.set(branch, outcome);
    return outcome;
  };
  const whole = async (ended: Promise<StoredBranch[]>) => {
    const all = (await ended).map(typed);
    throwIfCancelled(outer);
    return arranged(all);
  };
  return {
    answer: quiet(whole(run.answer)),
    outcomes: quiet(whole(run.outcomes)),
    [Symbol.asyncIterator]: () => run.order.through(typed, () => throwIfCancelled(outer)),
  };
}

/** Follows branches, and keeps the newest outcome of each by its index. */
function ending(progress: RunProgress, ended: Map<number, StoredBranch>): Follow {
  return {
    started: (place) => progress.started(place),
    steered: (place, steering) => progress.steered(place, steering),
    ended: (outcome) => {
      ended.set(outcome.index, outcome);
      return progress.ended(outcome);
    },
  };
}

/** Nobody need wait for both: a rejection that nobody hears would fail the workflow's task. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

function keysOf(items: readonly unknown[], key: ((item: never, index: number) => string) | undefined): string[] {
  if (key !== undefined && typeof key !== 'function') {
    throw badOption('key', 'a function of an item', key);
  }
  const keys = items.map((item, at) => (key === undefined ? String(at) : key(item as never, at)));
  const seen = new Set<string>();
  for (const [at, each] of keys.entries()) {
    checkKey(each, `of item ${at}`);
    if (seen.has(each)) throw badInput({ path: [], expected: 'every key once', got: `\`${each}\` twice` });
    seen.add(each);
  }
  return keys;
}

/** Longest key, in bytes of UTF-8 at most: it becomes an activity's id, of which Temporal takes 1,000 bytes. */
const mostKeyLength = 200;

function checkKey(key: unknown, whose: string): void {
  if (typeof key === 'string' && key.trim() !== '' && key.length <= mostKeyLength && key.isWellFormed()) return;
  throw badInput({
    path: [],
    expected: `the key ${whose} to be a text of 1 to ${mostKeyLength} characters`,
    got: quoted(key),
  });
}

function isIterable(given: object): given is Iterable<unknown> {
  return typeof given === 'object' && given !== null && Symbol.iterator in given;
}

function checkRecord(given: object): void {
  const prototype = typeof given === 'object' && given !== null ? (Object.getPrototypeOf(given) as unknown) : undefined;
  // `{ __proto__: ask(…) }` has no branch of that name: it has another prototype.
  if (prototype !== Object.prototype && prototype !== null) {
    throw badInput({
      path: [],
      expected: 'branches to be a plain object or a list',
      got: prototype === undefined ? quoted(given) : 'an object with a prototype of its own',
    });
  }
  for (const key of Object.keys(given)) checkKey(key, `\`${key.slice(0, 40)}\``);
}

/** @throws CancelledFailure where the scope that a fan-out was begun in has been cancelled */
function throwIfCancelled(scope: CancellationScope): void {
  if (scope.consideredCancelled) throw new CancelledFailure('The fan-out was cancelled.');
}
