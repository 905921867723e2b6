import type { Duration } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  sleep,
} from '@temporalio/workflow';
import type { ChildWorkflowOptions, Workflow } from '@temporalio/workflow';

import { formatDuration } from '../../src/contract/duration.js';
import { millisecondsOf } from './duration.js';
import { badInput, checkNames, quoted } from './refuse.js';

declare const value: unique symbol;

/** One branch's work, not begun: made by `ask`, `activity`, `childWorkflow` and others, and begun by `fanOut` or `outcomeOf`. */
export interface Work<Value> {
  readonly kind: 'ask' | 'own';
  /** Never there: it tells the compiler what comes out. */
  readonly [value]?: Value;
}

/** A function of your own, or work. */
export type Task = Work<unknown> | (() => unknown);

/** What comes out of a task. */
export type ValueOf<T> = T extends Work<infer Value> ? Value : T extends () => infer Value ? Awaited<Value> : never;

/** Work that is done in the workflow, by an activity or another workflow. */
export interface OwnWork extends Work<unknown> {
  readonly kind: 'own';
  readonly run: (key: string) => unknown;
  readonly timeoutMs?: number;
  readonly attempts?: number;
  readonly mostUsd: number;
}

/** Options of work of your own. */
export interface ActivityOptions {
  /** Time that it may take, all attempts together; that of the fan-out by default, and without one no limit of fanfold's. */
  timeout?: Duration | undefined;
  /**
   * Most tries; that of the fan-out by default, else 1. Each calls your function: an activity's own retries are within one.
   */
  attempts?: number | undefined;
  /** The most that it may cost, in US dollars, which a budget sets aside for it; 0 by default. */
  maxUsd?: number | undefined;
}

/**
 * A branch that runs activities of your own, or whatever else a workflow may do: `activity(() => countWords(text))`. It may fan out in its
 * turn. When the branch is cut, the function's scope is cancelled.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export function activity<Value>(run: () => Value, options: ActivityOptions = {}): Work<Awaited<Value>> {
  if (typeof run !== 'function') throw badInput(`Expected \`activity\` to be given a function, got ${quoted(run)}.`);
  checkNames('activity', options, ['timeout', 'attempts', 'maxUsd']);
  return own(() => run(), options);
}

/** Options of a child workflow, as Temporal has them, with the `args` that it takes. */
export type ChildOptions<W extends Workflow> = Omit<ChildWorkflowOptions, 'args'> &
  ActivityOptions &
  (Parameters<W> extends [] ? { args?: [] } : { args: Parameters<W> });

/**
 * A branch that is a workflow of its own: `childWorkflow(analyse, { args: [text] })`. Options are Temporal's, and `timeout`, `attempts` and
 * `maxUsd` as `activity` has them. A branch that is cut waits until the child has ended.
 *
 * @throws ApplicationFailure `BadInput` where an option cannot be meant
 */
export function childWorkflow<W extends Workflow>(
  workflow: W | string,
  ...[options]: Parameters<W> extends [] ? [ChildOptions<W>?] : [ChildOptions<W>]
): Work<Awaited<ReturnType<W>>> {
  const { timeout, attempts, maxUsd, ...child } = (options ?? {}) as ActivityOptions & ChildWorkflowOptions;
  const whole = { cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED, ...child };
  return own(() => executeChild(workflow as string, whole), { timeout, attempts, maxUsd });
}

/** @throws ApplicationFailure `BadInput` where an option cannot be meant */
export function own<Value>(
  run: (key: string) => unknown,
  { timeout, attempts, maxUsd = 0 }: ActivityOptions = {},
): Work<Value> {
  if (typeof maxUsd !== 'number' || !(maxUsd >= 0 && maxUsd < Infinity)) {
    throw badInput(`Expected \`maxUsd\` to be US dollars, 0 or more, got ${quoted(maxUsd)}.`);
  }
  const work: OwnWork = {
    kind: 'own',
    run,
    mostUsd: maxUsd,
    ...(timeout !== undefined && { timeoutMs: millisecondsOf('timeout', timeout) }),
    ...(attempts !== undefined && { attempts: countOf('attempts', attempts) }),
  };
  return work as Work<Value>;
}

/** @throws ApplicationFailure `BadInput` where it is no whole number, 1 or more */
export function countOf(option: string, count: unknown): number {
  if (Number.isSafeInteger(count) && (count as number) >= 1) return count as number;
  throw badInput(`Expected \`${option}\` to be a whole number, 1 or more, got ${quoted(count)}.`);
}

/** Milliseconds before another try, and by how much the next wait is longer: those of Temporal's own retries. */
const pause = { firstMs: 1_000, growth: 2, mostMs: 30_000 };

/**
 * Calls a function until it has succeeded, has been tried so often, or its time is over.
 *
 * @param tried called with the number of each try
 * @throws what the last try threw, or ApplicationFailure `TimedOut`
 */
export async function tryOwn(
  run: () => unknown,
  { timeoutMs, attempts }: { timeoutMs: number | undefined; attempts: number },
  tried: (attempt: number) => void,
): Promise<unknown> {
  const outer = CancellationScope.current();
  const tries = async () => {
    for (let attempt = 1; ; attempt += 1) {
      tried(attempt);
      try {
        return await run();
      } catch (failure) {
        if (attempt >= attempts || isFinal(failure) || isCancellation(failure)) throw failure;
        await sleep(Math.min(pause.firstMs * pause.growth ** (attempt - 1), pause.mostMs));
      }
    }
  };
  if (timeoutMs === undefined) return tries();
  const scope = new CancellationScope({ cancellable: true, timeout: timeoutMs });
  try {
    return await scope.run(tries);
  } catch (failure) {
    const isOverdue = scope.consideredCancelled && !outer.consideredCancelled && isCancellation(failure);
    if (!isOverdue || !(failure instanceof Error)) throw failure;
    const message = `It did not end within ${formatDuration(timeoutMs)}.`;
    throw ApplicationFailure.create({ type: 'TimedOut', message, nonRetryable: true });
  }
}

/** @throws CancelledFailure where the scope that a fan-out was begun in has been cancelled */
export function throwIfCancelled(scope: CancellationScope): void {
  if (scope.consideredCancelled) throw new CancelledFailure('The fan-out was cancelled.');
}

/** Whether whoever threw it said that another try is of no use. */
function isFinal(failure: unknown): boolean {
  const isOfOthers = failure instanceof ActivityFailure || failure instanceof ChildWorkflowFailure;
  const cause = isOfOthers ? failure.cause : failure;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}
