import { ActivityFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';

import type { Activities } from '../../src/contract/activities.js';
import { fromRanges } from '../../src/contract/lanes.js';
import type { Chunk, ChunkOrder, Lane, LaneBeat, LaneReport, LaneResult, Range } from '../../src/contract/lanes.js';
import { taskQueues } from '../../src/contract/names.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { reportEveryMs } from './report-pace.js';
import type { BatchBudget } from './batch-budget.js';
import { awaitBatches, batchActivities } from './await-batches.js';

/** The documents of a wide run that one lane, or one order of batches, asks about. */
export interface Part {
  /** Number of the lane or order in the run. */
  number: number;
  /** Number of the chunk. */
  chunk: number;
  places: Range[];
  /** Index, among all branches, of the chunk's first document. */
  firstIndex: number;
  /** When the run began, in milliseconds since the epoch. */
  queuedAtMs: number;
  /** Reports of the run so far. */
  reports: number;
  /** Documents that a lane before may have asked about whose worker died. */
  begunBefore: LaneBeat | undefined;
  /** Those who run lanes, where lanes hand back what they have too much of. */
  runners?: number;
}

/**
 * Time without a heartbeat after which a worker counts as dead and its documents go to another lane. A lane heartbeats once a
 * second.
 */
const heartbeatTimeout = '5s';

const { runLane } = proxyActivities<Activities>({ startToCloseTimeout: '24h' });

/**
 * Starts a lane that asks about the documents.
 *
 * @param width most calls in flight at once
 * @param budgetUsd what they may spend; `Infinity` where there is no budget
 */
export function startLane(plan: WidePlan, part: Part, width: number, budgetUsd: number): Promise<LaneResult> {
  const { join, timeoutMs, attempts, hedge } = plan.policy;
  const run = workflowInfo().firstExecutionRunId;
  const lane: Lane = {
    ...orderOf(plan, part),
    width,
    timeoutMs,
    attempts,
    run,
    reportEveryMs: reportEveryMs(join, part.reports, part.runners),
    reportFailuresAtOnce: join === 'all',
    ...(hedge && { hedge: { run } }),
    ...(budgetUsd !== Infinity && { budgetUsd }),
    ...(part.runners !== undefined && { handsBack: true }),
    ...(part.begunBefore && { begunBefore: part.begunBefore }),
  };
  const count = fromRanges(part.places).length;
  return runLane.executeWithOptions(
    {
      activityId: `lane-${part.number}`,
      taskQueue: plan.offline ? taskQueues.offlineModel : taskQueues.model,
      startToCloseTimeout: '24h',
      heartbeatTimeout,
      // Temporal does not retry a lane: the workflow decides what is left of it, because it knows what has been reported.
      retry: { maximumAttempts: 1 },
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: `${count} branches from ${part.firstIndex + (part.places[0]?.[0] ?? 0) + 1} · ${plan.template.model}`,
    },
    [lane],
  );
}

/**
 * Asks by Message Batches. Documents that are not answered, by the policy's deadline if there is one, are left to be asked
 * online.
 *
 * @param within what the questions may cost at most, where there is a budget, is found before they are submitted and held after
 */
export async function orderChunk(plan: WidePlan, part: Part, within?: BatchBudget): Promise<LaneResult> {
  const { offline, policy } = plan;
  const activities = batchActivities(offline);
  const submit = async (budgetUsd?: number) => {
    const order = orderOf(plan, part, budgetUsd);
    return { order, batches: await activities.submitChunk(order) };
  };
  const { order, batches } = await (within === undefined ? submit() : within.submitted(submit));
  const deadlineAtMs = policy.deadlineMs === null ? Infinity : part.queuedAtMs + policy.deadlineMs;
  await awaitBatches(activities, { offline, ids: batches.map(({ id }) => id) }, deadlineAtMs);
  return activities.collectChunk(order, batches);
}

function orderOf({ chunks, template, offline, fresh }: WidePlan, part: Part, budgetUsd?: number): ChunkOrder {
  const { number, places, firstIndex, queuedAtMs } = part;
  return {
    number,
    chunk: chunks[part.chunk] as Chunk,
    firstIndex,
    places,
    template,
    offline,
    queuedAtMs,
    ...(fresh && { freshSinceMs: queuedAtMs }),
    ...(budgetUsd !== undefined && { budgetUsd }),
  };
}

/** What a lane that was cancelled had not reported yet. */
export function restIn(failure: unknown): LaneReport | undefined {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  return cause instanceof CancelledFailure ? ((cause.details?.[0] as LaneReport | null) ?? undefined) : undefined;
}

/** What a lane had under way when it died or was told to end: `underWay` are places that it may have asked about. */
interface Begun {
  underWay: number[];
  ledgers?: LaneBeat['ledgers'];
}

/**
 * What a lane may have asked when it died: what was under way at its last heartbeat, and as many as it may have begun since.
 *
 * @param left places that had not ended, in ascending order
 * @param width most calls in flight at once of the lane
 */
export function begunIn(failure: unknown, left: readonly number[], width: number): Begun {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  const hasDied = cause instanceof TimeoutFailure;
  const said = hasDied
    ? cause.lastHeartbeatDetails
    : cause instanceof CancelledFailure
      ? cause.details?.[1]
      : undefined;
  const { underWay = [], ledgers } = (said ?? {}) as Partial<LaneBeat>;
  const known = new Set(fromRanges(underWay));
  const last = underWay.at(-1)?.[1] ?? -1;
  const since = hasDied ? left.filter((place) => place > last).slice(0, width) : [];
  return { underWay: [...left.filter((place) => known.has(place)), ...since], ...(ledgers && { ledgers }) };
}
