import { Context } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';

import type { Beat } from '../../src/contract/model-call.js';
import { fairnessKeyOf } from '../../src/contract/priority.js';
import type { Share } from '../../src/contract/priority.js';
import type { Origin } from '../../src/model/layer/index.js';
import { eitherSignal } from '../../src/network/index.js';
import type { EitherSignal } from '../../src/network/either-signal.js';
import type { ActivitiesSettings } from '../settings.js';
import { runOf } from './out-of-time.js';

/** The surroundings of one try of a branch: an activity of its own, or a lane that carries many branches. */
export interface Host {
  /** Number of this try, from 1. */
  attempt: number;
  /** The ledger that the last try left behind. */
  lastLedger: unknown;
  /** Aborted when the branch is no longer wanted, or its worker ends. */
  cancellationSignal: AbortSignal;
  /** Names the branch where it pays for an answer, the same for every try. */
  asker: string;
  /** The activity; `undefined` where it belongs to no workflow. */
  origin?: Origin | undefined;
  /** Whose its calls are, among those that wait. */
  share: Share;
  /** Names the run, for the time that its patterns may take. */
  run: string;
  /**
   * Longest wait at the limiter in milliseconds; `undefined` for any. A call that would wait longer goes back to the task queue.
   */
  patienceMs: number | undefined;
  heartbeat(beat: Beat): void;
}

/** Longest wait at the limiter, in milliseconds, that an activity holds its slot for. */
const activityPatienceMs = 2_000;

/**
 * Follows what aborts an activity: Temporal, and the end of its worker where what it asks goes on elsewhere. Nobody waits for Temporal's word
 * then, which comes when the worker's grace is over.
 */
export function abortOf(
  told: AbortSignal,
  { layer, draining }: Pick<ActivitiesSettings, 'layer' | 'draining'>,
): EitherSignal {
  return layer === undefined || draining === undefined
    ? { signal: told, letGo: () => {} }
    : eitherSignal(told, draining);
}

/** The activity that runs now. @param cancellationSignal see `abortOf` */
export function activityHost(cancellationSignal: AbortSignal): Host {
  // `Context.current()` is called once, here: in an abort listener it crashes the worker.
  const context = Context.current();
  const { attempt, heartbeatDetails, workflowExecution, activityId } = context.info;
  return {
    attempt,
    lastLedger: heartbeatDetails,
    cancellationSignal,
    run: runOf(context.info),
    asker: [workflowExecution?.workflowId, workflowExecution?.runId, activityId].join('/'),
    origin: workflowExecution && { ...workflowExecution, activityId },
    share: shareOf(context.info),
    patienceMs: activityPatienceMs,
    heartbeat: (beat) => context.heartbeat(beat),
  };
}

/** The priority of an activity, in Temporal's words, and its run where nobody has named a fairness key. */
export function shareOf({ priority, workflowExecution }: Pick<Info, 'priority' | 'workflowExecution'>): Share {
  const { priorityKey, fairnessKey, fairnessWeight } = priority ?? {};
  return {
    key: fairnessKey || fairnessKeyOf(workflowExecution?.workflowId ?? ''),
    ...(priorityKey && { priority: priorityKey }),
    ...(fairnessWeight && { weight: fairnessWeight }),
  };
}
