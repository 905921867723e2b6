import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import type { Activities } from '../src/contract/activities.js';
import { fromRanges, toRanges } from '../src/contract/lanes.js';
import type { LaneResult, Range } from '../src/contract/lanes.js';
import { Budget } from '../src/plan/budget.js';
import { equipmentOf } from './ask/equipment.js';
import type { ActivitiesSettings } from './settings.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { AskingForMore } from './lane/asking-for-more.js';
import { HandingBack } from './lane/hand-back.js';
import { LaneBranches, unlimitedTurns } from './lane/lane-branches.js';
import { createRunDocuments } from './lane/lane-documents.js';
import { beatOf, cutBeat, ledgersOf, noLedgers } from './lane/lane-beat.js';
import { LaneCuts } from './lane/lane-cuts.js';
import { reportMissing, LaneItems } from './lane/lane-items.js';
import { indicesOf, LaneParts } from './lane/lane-parts.js';
import type { ChunkOfLane } from './lane/lane-parts.js';
import { LaneReporter } from './lane/lane-reporter.js';
import { WorkflowOfLane } from './lane/workflow-of-lane.js';

const heartbeatEveryMs = 1_000;

/**
 * The activity `runLane`.
 *
 * RunLane-1. Every document that it was given is reported once, handed back once, or left.
 * RunLane-2. A branch's attempts, deadline, permit of the limiter and journal entry are those it would have in an activity of its
 *     own.
 * RunLane-3. A worker that is stopping begins no further branch. What its end cuts, as it may with a gateway, is left to others; so is
 *     what is cut where Temporal has given the lane up.
 * RunLane-4. What was begun before a reset is returned as left.
 */
export function createRunLane(settings: ActivitiesSettings): Activities['runLane'] {
  const equipment = equipmentOf(settings);
  const runDocuments = createRunDocuments();
  const chunks = new LaneItems(settings.store);
  return async (lane) => {
    const context = Context.current();
    const workflow = new WorkflowOfLane(context, lane);
    if (workflow.isOutdated) return { rest: null, left: lane.places, why: 'reset' };
    const cuts = new LaneCuts(lane, context.cancellationSignal, settings, () => workflow.askCuts());
    const { signal } = cuts;
    const reporter = new LaneReporter(lane, settings.store, (report) => workflow.report(report));
    const budget = new Budget(lane.budgetUsd ?? Infinity);
    const turns = settings.turns ?? settings.limiters?.turns ?? unlimitedTurns();
    const parts = new LaneParts(lane);
    const { share } = workflow;
    const branches = new LaneBranches(indicesOf(lane), lane.width, { turns, share }, [signal, settings.draining]);
    const begunBefore = ledgersOf(lane);
    const ledgers = noLedgers();
    const underWay = () => beatOf(branches.underWay, ledgers);
    const beat = setInterval(() => context.heartbeat(underWay()), heartbeatEveryMs);
    const handingBack = new HandingBack(lane, branches, parts, budget, (handBack) => workflow.handBack(handBack));
    const opened: { close: () => void }[] = [];
    // What the store lacks has failed, and is not begun.
    const open = async (part: ChunkOfLane, indices: readonly number[]) => {
      const chunk = chunks.open(part.chunk);
      opened.push(chunk);
      const items = await chunk.items;
      if (!('missing' in items)) {
        parts.add(part, items);
        return indices;
      }
      reportMissing(lane.queuedAtMs, indices, items.missing, reporter);
      return undefined;
    };
    const asking = new AskingForMore(
      lane,
      branches,
      handingBack,
      (ask, paceMs) => workflow.more(ask, paceMs),
      async (more) => {
        cuts.add(more);
        for (const [index, ledger] of ledgersOf(more)) begunBefore.set(index, ledger);
        return { places: (await open(more, indicesOf(more))) ?? [], width: more.width };
      },
    );
    branches.onThinned(() => asking.look());
    const rest = async <T>(wait: () => Promise<T>): Promise<T> => {
      turns.ended();
      return wait().finally(() => turns.resumed());
    };
    try {
      const work = {
        lane,
        share,
        origin: context.info.workflowExecution,
        budget,
        equipment,
        signal,
        cuts,
        begunBefore,
        ledgers,
        rest,
        cancelled: rejection(signal),
      };
      const isThere = (await open(lane, branches.unbegun)) !== undefined;
      const left = isThere ? await runDocuments(parts, work, branches, reporter, new BranchMetrics(context)) : [];
      // What has come is told, whatever becomes of the lane.
      const places = [...fromRanges(parts.told(left).left), ...fromRanges(await handingBack.rest())];
      const result = await ended(
        left.length > 0,
        toRanges(places.toSorted((one, other) => one - other)),
        reporter,
        signal.aborted || settings.draining?.aborted === true || branches.isGivenUp,
      );
      const begun = ledgers.size > 0 && { begun: cutBeat(ledgers) };
      return {
        ...result,
        ...begun,
        ...(lane.handsBack && branches.paceMs !== undefined && { paceMs: branches.paceMs }),
      };
    } catch (error) {
      const begun = underWay();
      if (signal.aborted) throw new CancelledFailure('CANCELLED', [await reporter.rest(), begun]);
      throw ApplicationFailure.create({ type: 'Unexpected', message: (error as Error).message });
    } finally {
      clearInterval(beat);
      cuts.stop();
      reporter.stop();
      handingBack.stop();
      for (const chunk of opened) chunk.close();
    }
  };
}

/** @param left places in the lane's chunk of what was not begun, and of what was handed back without a word */
async function ended(isLeft: boolean, left: Range[], reporter: LaneReporter, isDraining: boolean): Promise<LaneResult> {
  const rest = await reporter.rest();
  if (!isLeft) return { rest, left, why: 'done' };
  return { rest, left, why: isDraining ? 'draining' : 'over budget' };
}

function rejection(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  rejected.catch(() => {});
  return rejected;
}
