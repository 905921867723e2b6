import { ValueError } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

import type { StoredBranch } from '../contract/branch.js';
import type { Known } from '../contract/known.js';
import type { Blob, FailedRanges, Tally } from '../contract/lanes.js';
import { priorities, priorityIn } from '../contract/priority.js';

/** An event of a run's history, as Temporal has it. */
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Types of activities that are a branch each. */
export const branchActivities = ['askModel', 'searchSource', 'callTool', 'checkGrammar'];

/** The state that an execution got from the one before it. */
export interface Carried {
  startedAtMs: number;
  tally?: Tally;
  /** Of lanes: what they had reported. */
  batches?: readonly Blob[];
  failed?: FailedRanges;
  branches?: readonly StoredBranch[];
}

/** What inputs of all kinds may have. */
export interface Input {
  carried?: Carried;
  known?: Known;
}

/** How Temporal closed the run; `null` while it is open. */
export type Closed = 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out' | null;

/** Whether a branch's reserve was used up: it goes on in another activity. */
export function isReserveUsedUp({ activityTaskFailedEventAttributes: failed }: HistoryEvent): boolean {
  return failed?.failure?.applicationFailureInfo?.type === 'ReserveUsedUp';
}

/** How the event closed the run; `null` where it did not. */
export function closedBy(event: HistoryEvent): Closed {
  if (event.workflowExecutionCompletedEventAttributes) return 'completed';
  if (event.workflowExecutionFailedEventAttributes) return 'failed';
  if (event.workflowExecutionCanceledEventAttributes) return 'cancelled';
  if (event.workflowExecutionTerminatedEventAttributes) return 'terminated';
  if (event.workflowExecutionTimedOutEventAttributes) return 'timed-out';
  return null;
}

/** Milliseconds since the epoch. */
export function millis(time: temporal.api.history.v1.IHistoryEvent['eventTime']): number {
  return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
}

/**
 * Takes a payload that is no JSON for none. A run that began with one has failed with `BadInput`.
 *
 * @throws what else it cannot be read for, such as a missing key
 */
export function noJson(error: unknown): unknown[] {
  if (error instanceof SyntaxError || error instanceof ValueError) return [];
  throw error;
}

/** A run's priority: that of its input, else the workflow's own. */
export function priorityAtStart(
  started?: { priority?: { priorityKey?: number | null } | null },
  input?: unknown,
): number {
  return priorityIn(input) ?? (started?.priority?.priorityKey || priorities.usual);
}
