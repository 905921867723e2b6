import { ChildWorkflowCancellationType, executeChild, workflowInfo } from '@temporalio/workflow';
import type { ChildWorkflowOptions, Workflow } from '@temporalio/workflow';

import { memoOf } from '../../src/contract/memo.js';
import { millisecondsOf } from './duration.js';
import type { Duration } from './duration.js';
import { badInput, badOption, checkNames, countOf, quoted } from './refuse.js';
import type { AskWork, OwnWork, Work } from './work.js';

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
  if (typeof run !== 'function') {
    throw badInput({ path: [], expected: '`activity` to be given a function', got: quoted(run) });
  }
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
  const { offline } = memoOf(workflowInfo().memo) ?? {};
  const whole = {
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...child,
    // What it asks is asked as here.
    ...(offline === true && { memo: { fanfold: { offline }, ...child.memo } }),
  };
  return own(() => executeChild(workflow as string, whole), { timeout, attempts, maxUsd });
}

/** @throws ApplicationFailure `BadInput` where an option cannot be meant */
export function own<Value>(
  run: (key: string) => unknown,
  { timeout, attempts, maxUsd = 0 }: ActivityOptions = {},
  read?: OwnWork['read'],
): Work<Value> {
  if (typeof maxUsd !== 'number' || !(maxUsd >= 0 && maxUsd < Infinity)) {
    throw badOption('maxUsd', 'US dollars, 0 or more', maxUsd);
  }
  const work: OwnWork = {
    kind: 'own',
    run,
    mostUsd: maxUsd,
    ...(read !== undefined && { read }),
    ...(timeout !== undefined && { timeoutMs: millisecondsOf('timeout', timeout) }),
    ...(attempts !== undefined && { attempts: countOf('attempts', attempts) }),
  };
  return work as Work<Value>;
}

/**
 * What somebody gave as a branch.
 *
 * @throws ApplicationFailure `BadInput` where it is no work
 */
export function workOf(task: unknown, key: string): AskWork | OwnWork {
  if (typeof task === 'function') return own(() => (task as () => unknown)()) as OwnWork;
  const { kind } = (task ?? {}) as Partial<Work<unknown>>;
  if (kind === 'ask' || kind === 'own') return task as AskWork | OwnWork;
  const promise = task instanceof Promise ? 'It has begun already: give a function that begins it.' : '';
  throw badInput(
    {
      path: [],
      expected: `the branch \`${key}\` to be made by ask, activity or childWorkflow, or to be a function`,
      got: task instanceof Promise ? 'a promise' : quoted(task),
    },
    promise,
  );
}
