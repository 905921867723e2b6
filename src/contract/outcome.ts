import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { TimeoutType } from '@temporalio/common';

import type { Answer, Ledger } from './model-call.js';
import { formatDuration } from './duration.js';
import { cutMessage } from './failures.js';
import type { BranchStatus } from './run.js';
import { addCost, addUsage, noUsage } from './usage.js';
import type { Place, StoredBranch } from './branch.js';

export const noLedger: Ledger = {
  attempts: 0,
  throttled: 0,
  usage: noUsage,
  costUsd: 0,
  startedAtMs: null,
  modelMs: 0,
  throttledMs: 0,
  throttledAtMs: null,
  open: false,
  answered: false,
  lostUsd: 0,
  hedges: 0,
  cacheSavedUsd: 0,
};

/** Whether an activity of a branch came with what it has to: somebody may have completed it by hand. */
export function isAnswer(value: unknown): value is Answer {
  const { status, ledger, finishedAtMs, output, model } = (value ?? {}) as Partial<Record<keyof Answer, unknown>>;
  return (
    ['ok', 'truncated', 'refused', 'invalid'].includes(status as string) &&
    isLedger(ledger) &&
    typeof finishedAtMs === 'number' &&
    typeof model === 'string' &&
    (output === undefined || (typeof output === 'object' && output !== null))
  );
}

/** The failure of a branch whose activity came with something else. */
export function noAnswerFailure(): ApplicationFailure {
  const message =
    'The activity was completed by hand, with what is no answer. Begin the branch anew with `fanfold retry`.';
  return ApplicationFailure.nonRetryable(message, 'MalformedAnswer');
}

/**
 * The outcome of a branch that the API answered.
 *
 * @throws ApplicationFailure `MalformedAnswer` where it is none
 */
export function outcomeOfAnswer(place: Place, answer: Answer): StoredBranch {
  if (!isAnswer(answer)) throw noAnswerFailure();
  return {
    ...outcomeOfLedger(place, answer.ledger, answer.finishedAtMs),
    status: answer.status,
    ...(answer.output !== undefined && { output: answer.output }),
    ...(answer.error !== undefined && { error: answer.error }),
    ...(answer.model !== '' && { model: answer.model }),
    reused: answer.reused,
    savedUsd: answer.savedUsd,
  };
}

/**
 * The outcome of a branch without an answer, made of the error that its activity threw at the workflow.
 *
 * @param cancelled whether the branch had been told to stop; a worker that died before it could obey is no time-out then
 */
export function outcomeOfFailure(
  place: Place,
  failure: unknown,
  finishedAtMs: number,
  cancelled = false,
): StoredBranch {
  const cause = causeOf(failure);
  const { status, type, details } = classify(cause, cancelled);
  const ledger = isLedger(details) ? details : noLedger;
  return {
    ...outcomeOfLedger(place, ledger, finishedAtMs),
    status,
    error: { type, message: cutMessage(messageOf(cause)) },
  };
}

/** The failure of a branch whose document could not be read. */
export function unreadableFailure(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'DocumentUnreadable');
}

/** The outcome of a branch that was never begun. */
export function outcomeOfSkip(place: Place, message: string, finishedAtMs: number): StoredBranch {
  return {
    ...outcomeOfLedger(place, noLedger, finishedAtMs),
    status: 'skipped',
    error: { type: 'OverBudget', message },
  };
}

/** The outcome, with what its tries have spent as the workflow found out after it. */
export function withLedger(outcome: StoredBranch, { attempts, usage, costUsd, lostUsd }: Ledger): StoredBranch {
  return { ...outcome, attempts, usage, costUsd, ...(lostUsd > 0 && { lostUsd }) };
}

/** The outcome of a branch that was begun anew. The time and cost of its earlier run are in it. */
export function afterEarlier(earlier: StoredBranch, outcome: StoredBranch): StoredBranch {
  const queuedAtMs = Date.parse(earlier.finishedAt ?? '') - earlier.latency.totalMs;
  const totalMs = Math.max(0, Date.parse(outcome.finishedAt ?? '') - queuedAtMs);
  const queuedMs = clamp(earlier.latency.queuedMs, totalMs);
  const modelMs = clamp(earlier.latency.modelMs + outcome.latency.modelMs, totalMs - queuedMs);
  return {
    ...outcome,
    attempts: earlier.attempts + outcome.attempts,
    hedged: earlier.hedged || outcome.hedged,
    usage: addUsage(earlier.usage, outcome.usage),
    costUsd: addCost(earlier.costUsd, outcome.costUsd),
    cacheSavedUsd: (earlier.cacheSavedUsd ?? 0) + (outcome.cacheSavedUsd ?? 0),
    lostUsd: (earlier.lostUsd ?? 0) + (outcome.lostUsd ?? 0),
    startedAt: earlier.startedAt ?? outcome.startedAt,
    latency: { queuedMs, modelMs, retryWaitMs: totalMs - queuedMs - modelMs, totalMs },
  };
}

/** The message of a branch that was cut with its run. */
export const wasCancelled = 'The branch was cancelled.';

/** The message of a branch that was cut with its run, or by its key, while no worker had it: Temporal then tells nothing of tries before. */
export const cutWithoutWorker =
  'The branch was cancelled while no worker had it: a try that a worker has died of is not counted here.';

/** The message of a branch that no lane has brought an outcome of, alone neither: fanfold does not see what stopped them. */
export const noLaneAnswered =
  'No worker that had it brought an outcome: each ended, or could not read what it was given or send what it had. Their logs say which.';

/** What Temporal tells of an activity that is cancelled while no worker has it: before its first try, or between two. */
const notStarted = 'ACTIVITY_ID_NOT_STARTED';

/** Whether an activity was cut while no worker had it: what its tries had told is gone then. */
export function isNotStarted(cause: unknown): boolean {
  return cause instanceof CancelledFailure && cause.details?.[0] === notStarted;
}

/** The message of a branch in a lane that somebody has cut by its key. */
export const cutByKey = 'Somebody has cut it, and left the others alone.';

/** The outcome of a branch that was cut because the fan-in no longer waited for it. */
export function tooLate(outcome: StoredBranch, message: string): StoredBranch {
  return { ...outcome, status: 'late', error: { type: 'Late', message } };
}

/** Why a branch is late that the deadline found under way. @param deadlineMs of its fan-out, in milliseconds */
export function notThereAt(deadlineMs: number): string {
  return `Not there at the deadline of ${formatDuration(deadlineMs)}.`;
}

/** The outcome so far of a branch that still goes on and that the fan-in no longer waits for. */
export function outcomeOfLate(place: Place, message: string, nowMs: number): StoredBranch {
  return tooLate({ ...outcomeOfLedger(place, noLedger, nowMs), status: 'late' }, message);
}

/** What an activity or a child workflow failed of: Temporal says of both only that they did. */
function causeOf(failure: unknown): unknown {
  const isOfOthers = failure instanceof ActivityFailure || failure instanceof ChildWorkflowFailure;
  return isOfOthers && failure.cause !== undefined ? causeOf(failure.cause) : failure;
}

function messageOf(cause: unknown): string {
  if (isNotStarted(cause)) return cutWithoutWorker;
  // Temporal's own word for it, or none.
  if (cause instanceof CancelledFailure && ['', 'CANCELLED'].includes(cause.message)) return wasCancelled;
  if (cause instanceof TimeoutFailure) return timeouts[String(cause.timeoutType)] ?? cause.message;
  if (cause instanceof Error) return cause.message;
  return typeof cause === 'string' ? cause : 'Something was thrown that is no error.';
}

/** What Temporal calls `activity StartToClose timeout` and the like. A model is told it, too. */
const timeouts: Partial<Record<string, string>> = {
  START_TO_CLOSE: 'It was not done within its time limit.',
  SCHEDULE_TO_CLOSE: 'It was not done within its time limit, all tries together.',
  SCHEDULE_TO_START: 'No worker has taken it within its time limit.',
  HEARTBEAT: 'Its worker was heard of no more: it was killed, or has hung.',
} satisfies Partial<Record<NonNullable<TimeoutType>, string>>;

function classify(cause: unknown, cancelled: boolean): { status: BranchStatus; type: string; details: unknown } {
  if (cause instanceof CancelledFailure) {
    return { status: 'cancelled', type: 'Cancelled', details: cause.details?.[0] };
  }
  if (cause instanceof TimeoutFailure) {
    if (cancelled) return { status: 'cancelled', type: 'Cancelled', details: cause.lastHeartbeatDetails };
    return { status: 'timed-out', type: 'TimedOut', details: cause.lastHeartbeatDetails };
  }
  if (cause instanceof ApplicationFailure) {
    const type = cause.type ?? 'Error';
    return { status: type === 'TimedOut' ? 'timed-out' : 'failed', type, details: cause.details?.[0] };
  }
  return { status: 'failed', type: cause instanceof Error ? cause.name : 'Error', details: undefined };
}

function outcomeOfLedger(place: Place, ledger: Ledger, finishedAtMs: number): Omit<StoredBranch, 'status'> {
  // The times come from several clocks; no duration may become negative.
  const totalMs = Math.max(0, finishedAtMs - place.queuedAtMs);
  const queuedMs = clamp((ledger.startedAtMs ?? finishedAtMs) - place.queuedAtMs, totalMs);
  const modelMs = clamp(Math.round(ledger.modelMs), totalMs - queuedMs);
  const tries = ledger.attempts + ledger.throttled;
  return {
    key: place.key,
    index: place.index,
    attempts: ledger.attempts,
    reused: false,
    savedUsd: 0,
    hedged: (ledger.hedges ?? 0) > 0,
    usage: ledger.usage,
    costUsd: ledger.costUsd,
    ...(ledger.cacheSavedUsd ? { cacheSavedUsd: ledger.cacheSavedUsd } : {}),
    ...(ledger.lostUsd ? { lostUsd: ledger.lostUsd } : {}),
    startedAt: ledger.startedAtMs === null ? null : new Date(ledger.startedAtMs).toISOString(),
    finishedAt: new Date(finishedAtMs).toISOString(),
    latency: { queuedMs, modelMs, retryWaitMs: tries > 1 ? totalMs - queuedMs - modelMs : 0, totalMs },
  };
}

function clamp(ms: number, most: number): number {
  return Math.min(Math.max(0, ms), most);
}

export function isLedger(details: unknown): details is Ledger {
  return (
    typeof details === 'object' &&
    details !== null &&
    typeof (details as Ledger).attempts === 'number' &&
    typeof (details as Ledger).modelMs === 'number' &&
    typeof (details as Ledger).usage?.outputTokens === 'number'
  );
}
