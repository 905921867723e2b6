import { availableParallelism } from 'node:os';

import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import pLimit from 'p-limit';

import type { Activities } from '../src/contract/activities.js';
import { FanfoldError } from '../src/contract/errors.js';
import { fromRanges, toRanges } from '../src/contract/lanes.js';
import type { Item, Lane, LaneMessage, LaneResult } from '../src/contract/lanes.js';
import { outcomeOfFailure } from '../src/contract/outcome.js';
import { describeError } from '../src/model/call/describe-error.js';
import { signalNames } from '../src/contract/names.js';
import { Budget } from '../src/plan/budget.js';
import { equipmentOf } from './ask/equipment.js';
import type { ActivitiesSettings } from './settings.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { runDocuments } from './lane/lane-documents.js';
import { LaneReporter } from './lane/lane-reporter.js';

const heartbeatEveryMs = 1_000;

/**
 * The activity `runLane`.
 *
 * RunLane-1. Every document named is reported once, or is returned as left.
 * RunLane-2. A branch's attempts, deadline, permit of the limiter and journal entry are those it would have in an activity of its
 *     own.
 * RunLane-3. A worker that is stopping begins no further branch.
 */
export function createRunLane(settings: ActivitiesSettings): Activities['runLane'] {
  const equipment = equipmentOf(settings);
  const threads = pLimit(availableParallelism());
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
      const items = await itemsOf(lane, settings, reporter);
      if (items === undefined) return await ended([], reporter, settings);
      const budget = new Budget(lane.budgetUsd ?? Infinity);
      const work = { lane, budget, equipment, signal, cancelled: rejection(signal) };
      const left = await runDocuments(items, work, reporter, new BranchMetrics(context), threads);
      // What has come is told, whatever becomes of the lane.
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

/**
 * The chunk's items. Where the store lacks it, all documents of the lane have failed: no other lane would find it, and halving it would
 * only ask more often.
 */
async function itemsOf(
  { chunk, places, firstIndex, queuedAtMs }: Lane,
  { store }: ActivitiesSettings,
  reporter: LaneReporter,
): Promise<Item[] | undefined> {
  try {
    return JSON.parse(await store.readText(chunk)) as Item[];
  } catch (error) {
    if (!(error instanceof FanfoldError) || error.type !== 'DocumentMissing') throw error;
    const failure = ApplicationFailure.nonRetryable(describeError(error), error.type);
    for (const place of fromRanges(places)) {
      // The items' own keys are in the chunk.
      const index = firstIndex + place;
      reporter.add(outcomeOfFailure({ key: String(index), index, queuedAtMs }, failure, Date.now()));
    }
    return undefined;
  }
}

async function ended(left: number[], reporter: LaneReporter, { draining }: ActivitiesSettings): Promise<LaneResult> {
  const rest = await reporter.rest();
  if (left.length === 0) return { rest, left: [], why: 'done' };
  return { rest, left: toRanges(left), why: draining?.aborted ? 'draining' : 'over budget' };
}

function rejection(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  rejected.catch(() => {});
  return rejected;
}
