import { availableParallelism } from 'node:os';

import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import pLimit from 'p-limit';

import type { Activities } from '../src/contract/activities.js';
import { fromRanges, toRanges } from '../src/contract/lanes.js';
import type { HandBackMessage, LaneMessage, LaneResult } from '../src/contract/lanes.js';
import { signalNames } from '../src/contract/names.js';
import { Budget } from '../src/plan/budget.js';
import { equipmentOf } from './ask/equipment.js';
import type { ActivitiesSettings } from './settings.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { HandingBack } from './lane/hand-back.js';
import { LaneBranches, unlimitedTurns } from './lane/lane-branches.js';
import { runDocuments } from './lane/lane-documents.js';
import { beatOf, ledgersOf, noLedgers } from './lane/lane-beat.js';
import { LaneItems } from './lane/lane-items.js';
import { LaneReporter } from './lane/lane-reporter.js';
import { reportMissing } from './lane/report-missing.js';

const heartbeatEveryMs = 1_000;

/**
 * The activity `runLane`.
 *
 * RunLane-1. Every document named is reported once, handed back once, or returned as left.
 * RunLane-2. A branch's attempts, deadline, permit of the limiter and journal entry are those it would have in an activity of its
 *     own.
 * RunLane-3. A worker that is stopping begins no further branch.
 */
export function createRunLane(settings: ActivitiesSettings): Activities['runLane'] {
  const equipment = equipmentOf(settings);
  const threads = pLimit(availableParallelism());
  const chunks = new LaneItems(settings.store);
  return async (lane) => {
    const context = Context.current();
    const signal = context.cancellationSignal;
    const workflow = () => context.client.workflow.getHandle(context.info.workflowExecution?.workflowId ?? '');
    const reporter = new LaneReporter(lane, settings.store, (report) =>
      workflow().signal(signalNames.laneBatch, { lane: lane.number, ...report } satisfies LaneMessage),
    );
    const budget = new Budget(lane.budgetUsd ?? Infinity);
    const turns = settings.turns ?? settings.limiters?.turns ?? unlimitedTurns();
    const branches = new LaneBranches(fromRanges(lane.places), lane.width, turns, [signal, settings.draining]);
    const ledgers = noLedgers();
    const underWay = () => beatOf(branches.underWay, ledgers);
    const beat = setInterval(() => context.heartbeat(underWay()), heartbeatEveryMs);
    const handingBack = new HandingBack(lane, branches, budget, (handBack) =>
      workflow().signal(signalNames.laneHandBack, { lane: lane.number, ...handBack } satisfies HandBackMessage),
    );
    const rest = async <T>(wait: () => Promise<T>): Promise<T> => {
      turns.ended();
      return wait().finally(() => turns.resumed());
    };
    try {
      const begunBefore = ledgersOf(lane);
      const work = { lane, budget, equipment, signal, begunBefore, ledgers, rest, cancelled: rejection(signal) };
      const left = await chunks.within(lane.chunk, async (items) => {
        if (!('missing' in items))
          return runDocuments(items, work, branches, reporter, new BranchMetrics(context), threads);
        reportMissing(lane, branches.unbegun, items.missing, reporter);
        return [];
      });
      // What has come is told, whatever becomes of the lane.
      const result = await ended(left, fromRanges(await handingBack.rest()), reporter, settings);
      return { ...result, ...(lane.handsBack && branches.paceMs !== undefined && { paceMs: branches.paceMs }) };
    } catch (error) {
      const begun = underWay();
      if (signal.aborted) throw new CancelledFailure('CANCELLED', [await reporter.rest(), begun]);
      throw ApplicationFailure.create({ type: 'Unexpected', message: (error as Error).message });
    } finally {
      clearInterval(beat);
      reporter.stop();
      handingBack.stop();
    }
  };
}

/**
 * @param left what was not begun
 * @param untold what was handed back without a word
 */
async function ended(
  left: readonly number[],
  untold: readonly number[],
  reporter: LaneReporter,
  { draining }: ActivitiesSettings,
): Promise<LaneResult> {
  const rest = await reporter.rest();
  const places = toRanges([...left, ...untold].toSorted((one, other) => one - other));
  if (left.length === 0) return { rest, left: places, why: 'done' };
  return { rest, left: places, why: draining?.aborted ? 'draining' : 'over budget' };
}

function rejection(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  rejected.catch(() => {});
  return rejected;
}
