import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';

import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import pLimit from 'p-limit';

import type { Activities } from '../src/contract/activities.js';
import type { Ledger, ModelCall } from '../src/contract/model-call.js';
import { Budget } from '../src/plan/budget.js';
import { fromRanges, toRanges } from '../src/contract/lanes.js';
import type { Item, Lane, LaneMessage, LaneResult } from '../src/contract/lanes.js';
import { signalNames } from '../src/contract/names.js';
import { inlineAnswersBytes } from '../src/contract/limits.js';
import { outcomeOfAnswer, outcomeOfFailure, unreadableFailure } from '../src/contract/outcome.js';
import type { Place, StoredBranch } from '../src/contract/branch.js';
import { boundsOf } from '../src/model/index.js';
import { askAttempt, askingOf } from './ask-model.js';
import type { Asking } from './ask-model.js';
import type { ActivitiesSettings } from './settings.js';
import type { Host } from './branch/host.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { LaneReporter } from './lane/lane-reporter.js';

const heartbeatEveryMs = 1_000;

/** Branches begun in one round of the event loop: the first calls are out while the others are being prepared. */
const begunAtOnce = 50;

/**
 * The activity `runLane`.
 *
 * RunLane-1. Every document named is reported once, or is returned as left.
 * RunLane-2. A branch's attempts, deadline, permit of the limiter and journal entry are those it would have in an activity of its
 *     own.
 * RunLane-3. A worker that is stopping begins no further branch.
 */
export function createRunLane(settings: ActivitiesSettings): Activities['runLane'] {
  const asking = askingOf(settings);
  return async (lane) => {
    const context = Context.current();
    const signal = context.cancellationSignal;
    const beat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
    const reporter = new LaneReporter(lane, settings.store, (report) =>
      context.client.workflow
        .getHandle(context.info.workflowExecution?.workflowId ?? '')
        .signal(signalNames.laneBatch, { lane: lane.number, ...report } satisfies LaneMessage),
    );
    try {
      const items = JSON.parse(await settings.store.readText(lane.chunk)) as Item[];
      const metrics = new BranchMetrics(context);
      const left = await runAll(lane, items, signal, asking, { add: reporter.add.bind(reporter), metrics });
      // Outcomes that have come are reported, even where the lane itself fails.
      return await ended(left, reporter, settings);
    } catch (error) {
      if (signal.aborted) throw new CancelledFailure('CANCELLED', [await reporter.rest()]);
      throw ApplicationFailure.create({ type: 'Unexpected', message: (error as Error).message });
    } finally {
      clearInterval(beat);
      reporter.stop();
    }
  };
}

async function ended(left: number[], reporter: LaneReporter, { draining }: ActivitiesSettings): Promise<LaneResult> {
  const rest = await reporter.rest();
  if (left.length === 0) return { rest, left: [], why: 'done' };
  return { rest, left: toRanges(left), why: draining?.aborted ? 'draining' : 'over budget' };
}

/** Takes in the outcome of each branch that has ended. */
interface Told {
  add: LaneReporter['add'];
  metrics: BranchMetrics;
}

/** Returns the places of the documents that were not begun. */
async function runAll(
  lane: Lane,
  items: readonly Item[],
  signal: AbortSignal,
  asking: Asking,
  told: Told,
): Promise<number[]> {
  const limit = pLimit(lane.width);
  const budget = new Budget(lane.budgetUsd ?? Infinity);
  const left: number[] = [];
  const cancelled = rejection(signal);
  let round = Promise.resolve();
  await Promise.all(
    fromRanges(lane.places).map((place, at) =>
      limit(async () => {
        if (at % begunAtOnce === 0) round = round.then(() => breathe());
        await round;
        const item = items[place];
        if (item === undefined) throw new Error(`The chunk has no document ${place}.`);
        if (signal.aborted || asking.settings.draining?.aborted) return void left.push(place);
        const call = callOf(lane, item, place);
        if (item.unreadable !== undefined) return told.add(unread(call, item.unreadable));
        const outcome = await withinBudget(call, budget, cancelled, signal, asking, lane);
        if (outcome === undefined) return void left.push(place);
        told.metrics.record(call, outcome);
        told.add(outcome);
      }),
    ),
  );
  signal.throwIfAborted();
  return left.toSorted((one, other) => one - other);
}

function unread({ key, index, queuedAtMs }: Place, reason: string): StoredBranch {
  return outcomeOfFailure({ key, index, queuedAtMs }, unreadableFailure(reason), Date.now());
}

function callOf(lane: Lane, { key, text }: Item, place: number): ModelCall {
  const { template, offline, timeoutMs, attempts, queuedAtMs, freshSinceMs, hedge, chunk } = lane;
  return {
    key,
    index: lane.firstIndex + place,
    request: { ...template, document: { inline: text } },
    offline,
    timeoutMs,
    attempts,
    queuedAtMs,
    // Outcomes go to the store, many together, and not into history.
    inlineBytes: Math.max(inlineAnswersBytes, Math.floor(4_000_000 / chunk.count)),
    ...(freshSinceMs !== undefined && { freshSinceMs }),
    ...(hedge !== undefined && { hedge }),
  };
}

async function withinBudget(
  call: ModelCall,
  budget: Budget,
  cancelled: Promise<never>,
  signal: AbortSignal,
  asking: Asking,
  lane: Lane,
): Promise<StoredBranch | undefined> {
  if (budget.limitUsd === Infinity) return runBranch(call, signal, asking, lane);
  const { document } = call.request;
  const [questionUsd = Infinity] = boundsOf([call], document && 'inline' in document ? document.inline : undefined);
  const asideUsd = questionUsd * call.attempts;
  // A lane cannot reserve more half way. Each branch has all of its attempts set aside, or at least one.
  const usd = asideUsd <= budget.leftUsd ? asideUsd : questionUsd;
  // A branch that is cut while it waits has not begun.
  const granted = await budget.reserve(usd, cancelled).catch(() => false);
  if (!granted) return undefined;
  const outcome = await runBranch({ ...call, reserve: { usd, questionUsd } }, signal, asking, lane);
  budget.settle(usd, (outcome.costUsd ?? usd) + (outcome.lostUsd ?? 0));
  return outcome;
}

/** Runs all tries of a branch. */
async function runBranch(call: ModelCall, signal: AbortSignal, asking: Asking, lane: Lane): Promise<StoredBranch> {
  const place: Place = { key: call.key, index: call.index, queuedAtMs: call.queuedAtMs };
  let lastLedger: Ledger | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const host: Host = {
      attempt,
      lastLedger,
      cancellationSignal: signal,
      run: lane.run,
      asker: `${lane.run}/${call.index}`,
      patienceMs: undefined,
      heartbeat: (ledger) => {
        lastLedger = ledger;
      },
    };
    try {
      return outcomeOfAnswer(place, await askAttempt(call, host, asking));
    } catch (failure) {
      const waitMs = retryDelayOf(failure);
      if (waitMs === undefined || signal.aborted) return outcomeOfFailure(place, failure, Date.now(), signal.aborted);
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }
}

function retryDelayOf(failure: unknown): number | undefined {
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) return undefined;
  return Number(failure.nextRetryDelay ?? 1_000);
}

function rejection(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  rejected.catch(() => {});
  return rejected;
}
