import { ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { ActivityCancellationType, CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';

import type { Activities, UntoldInLanes } from '../../src/contract/activities.js';
import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { Chunk, ChunkOrder, Lane, LaneBeat, LaneReport, LaneResult, Range } from '../../src/contract/lanes.js';
import { taskQueues } from '../../src/contract/names.js';
import { isLaneReport } from '../../src/plan/schema/messages.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { activityCause } from '../engine/activity-cause.js';
import { reportEveryMs } from './report-pace.js';
import { runPriority } from '../engine/run-priority.js';
import { countsTries } from '../engine/untold.js';
import { Window } from '../engine/window.js';
import type { LaneUnderWay } from './lane-under-way.js';
import type { BatchBudget } from './batch-budget.js';
import { batchActivities, collected, submission } from './await-batches.js';
import type { LaneQueue } from './lane-queue.js';
import { cutWithRun, othersOf } from './wide-result.js';
import type { Why } from './wide-result.js';

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
  /** See `Lane`; none where it is an order of batches. */
  token?: string;
  /** Documents that a lane before may have asked about whose worker died. */
  begunBefore?: LaneBeat;
  /** Those who run lanes, where lanes hand back what they have too much of. */
  runners?: number;
  /** Those among the places that somebody has cut. */
  cut?: Range[];
  /** See `Lane`. */
  asksForMore?: 'now' | 'later' | undefined;
}

/**
 * Time without a heartbeat after which a worker counts as dead and its documents go to another lane. A lane heartbeats once a
 * second.
 */
const heartbeatTimeout = '5s';

const { runLane } = proxyActivities<Activities>({ startToCloseTimeout: '24h' });

/** Starts lanes, so many of them at once at most. */
export class OnlineLanes {
  readonly #atOnce: Window;

  constructor(
    readonly plan: WidePlan,
    atOnce: number,
  ) {
    this.#atOnce = new Window(atOnce);
  }

  /** See `startLane`. */
  start(part: Part, width: number, budgetUsd: number): Promise<LaneResult> {
    return this.#atOnce.run(() => startLane(this.plan, part, width, budgetUsd));
  }
}

/**
 * Starts a lane that asks about the documents.
 *
 * @param width most calls in flight at once
 * @param budgetUsd what they may spend; `Infinity` where there is no budget
 */
function startLane(plan: WidePlan, part: Part, width: number, budgetUsd: number): Promise<LaneResult> {
  const { join, timeoutMs, attempts, hedge } = plan.policy;
  const { firstExecutionRunId, runId: execution } = workflowInfo();
  const lane: Lane = {
    ...orderOf(plan, part),
    width,
    timeoutMs,
    attempts,
    run: firstExecutionRunId,
    execution,
    ...(part.token !== undefined && { token: part.token }),
    reportEveryMs: reportEveryMs(join, part.reports, part.runners),
    reportFailuresAtOnce: join === 'all',
    ...(hedge && { hedge: { run: firstExecutionRunId } }),
    ...(budgetUsd !== Infinity && { budgetUsd }),
    ...(part.runners !== undefined && { handsBack: true }),
    ...(part.cut !== undefined && { cut: part.cut }),
    ...(part.asksForMore !== undefined && { asksForMore: part.asksForMore }),
    ...(part.begunBefore && { begunBefore: part.begunBefore }),
  };
  return runLane.executeWithOptions(
    {
      activityId: `lane-${part.number}`,
      taskQueue: plan.offline ? taskQueues.offlineModel : taskQueues.model,
      startToCloseTimeout: '24h',
      heartbeatTimeout,
      priority: runPriority(),
      // Temporal does not retry a lane: the workflow decides what is left of it, because it knows what has been reported.
      retry: { maximumAttempts: 1 },
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: summaryOf(plan, part),
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
    const options = submission(summaryOf(plan, part, 'into a batch'));
    return { order, batches: await activities.submitChunk.executeWithOptions(options, [order]) };
  };
  const { order, batches } = await (within === undefined ? submit() : within.submitted(submit));
  const deadlineAtMs = policy.deadlineMs === null ? Infinity : part.queuedAtMs + policy.deadlineMs;
  const summary = summaryOf(plan, part, 'out of a batch');
  return collected(activities, { offline, ids: batches.map(({ id }) => id) }, deadlineAtMs, (isCut) =>
    activities.collectChunk.executeWithOptions({ summary }, [isCut ? { ...order, isCut } : order, batches]),
  );
}

/** What the Web UI calls a lane, or a step of an order of batches. */
function summaryOf({ template, offline }: WidePlan, { firstIndex, places }: Part, step?: string): string {
  const from = firstIndex + (places[0]?.[0] ?? 0) + 1;
  const branches = `${fromRanges(places).length} branches from ${from}`;
  return [branches, ...(step === undefined ? [] : [step]), offline ? 'offline model' : template.model].join(' · ');
}

function orderOf({ chunks, template, offline, fresh }: WidePlan, part: Part, budgetUsd?: number): ChunkOrder {
  const { number, places, firstIndex, queuedAtMs } = part;
  return {
    number,
    run: workflowInfo().firstExecutionRunId,
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

/** What a lane that was cancelled had not reported yet. Of one that no worker has begun Temporal tells something else in that place. */
export function restIn(failure: unknown): LaneReport | undefined {
  const cause = activityCause(failure);
  const rest = cause instanceof CancelledFailure ? cause.details?.[0] : undefined;
  return isReport(rest) ? rest : undefined;
}

/**
 * What a lane, or an order of batches, has ended with.
 *
 * @throws ApplicationFailure `MalformedAnswer` where it is none: an operator can complete an activity with anything
 */
export function laneResult(result: LaneResult): LaneResult {
  const { rest, left } = (result ?? {}) as Partial<LaneResult>;
  if ((rest === null || isReport(rest)) && Array.isArray(left)) return result;
  throw ApplicationFailure.nonRetryable(
    'Expected a lane to end with what it has reported and left.',
    'MalformedAnswer',
  );
}

function isReport(value: unknown): value is LaneReport {
  return typeof value === 'object' && value !== null && isLaneReport({ lane: 0, ...value });
}

/** What a lane that died or was told to end may have asked: what was under way when it said so last, and as many as it may have begun since. */
export function begunIn(failure: unknown, lane: Pick<LaneUnderWay, 'runner' | 'given' | 'has'>): LaneBeat {
  const cause = activityCause(failure);
  const hasDied = cause instanceof TimeoutFailure;
  const said = hasDied
    ? cause.lastHeartbeatDetails
    : cause instanceof CancelledFailure
      ? cause.details?.[1]
      : undefined;
  const { underWay = [], ledgers } = (said ?? {}) as Partial<LaneBeat>;
  const known = new Set(fromRanges(underWay));
  const { given, runner } = lane;
  const begun = given.findLastIndex((index) => known.has(index)) + 1;
  const left = given.map((index) => lane.has(index));
  const since = hasDied ? given.filter((_, at) => at >= begun && left[at]).slice(0, runner.width) : [];
  const open = [...given.filter((index, at) => left[at] && known.has(index)), ...since];
  return { underWay: toRanges(open.toSorted((one, other) => one - other)), ...(ledgers && { ledgers }) };
}

const { untoldInLanes } = proxyActivities<Pick<Activities, 'untoldInLanes'>>({
  taskQueue: taskQueues.io,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '10s',
  retry: { maximumAttempts: 2 },
});

const types = { skipped: 'OverBudget', late: 'Late', cancelled: 'Cancelled' };

/**
 * The report of branches that lanes had begun whose workers died, and that nobody asks again: what they have spent, and at most.
 *
 * @param why nothing more is begun; none where the run was cancelled
 */
export async function reportOfUntold(
  { template, offline, policy }: Pick<WidePlan, 'template' | 'offline' | 'policy'>,
  queue: Pick<LaneQueue, 'untold' | 'poisoned'>,
  queuedAtMs: number,
  why: Why | undefined,
): Promise<LaneReport | null> {
  const chunks = queue.untold;
  if (chunks.length === 0 || !countsTries()) return null;
  const { status, message } = why === undefined ? cutWithRun : othersOf(why, policy);
  const order: UntoldInLanes = {
    template,
    offline,
    queuedAtMs,
    chunks,
    status,
    error: { type: types[status], message },
    poisoned: queue.poisoned,
  };
  const options = { summary: 'what branches have spent that lanes had begun and nobody tells of any more' };
  try {
    const told = await CancellationScope.nonCancellable(() => untoldInLanes.executeWithOptions(options, [order]));
    return told.rest;
  } catch {
    // The run ends all the same, without.
    return null;
  }
}
