import { CancellationScope } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { Priority } from '@temporalio/common';

import { takenOver } from '../../src/contract/known.js';
import type { Known, KnownBranch } from '../../src/contract/known.js';
import type { Answer, Ledger, ModelCall, Reserve } from '../../src/contract/model-call.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import {
  isLedger,
  noLedger,
  outcomeOfAnswer,
  outcomeOfFailure,
  outcomeOfSkip,
  unreadableFailure,
} from '../../src/contract/outcome.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import { activityCause } from './activity-cause.js';
import { ask } from './ask.js';
import type { Budget } from '../../src/plan/budget.js';

/** One unit of parallel work. */
export interface Branch {
  key: string;
  /** The most that one question may cost, in US dollars, or what finds that out; needed where the run has a budget. */
  boundUsd?: number | (() => Promise<number>);
  /** Most questions that the branch asks at once; 1 by default. */
  abreast?: number;
  /** US dollars that it has spent, or may have, where its failure does not say: as much as was set aside otherwise. */
  spentUsd?: () => number | undefined;
  /** Its outcome, where that is taken over from an earlier run: nothing is done then. */
  known?: KnownBranch;
  /**
   * Does the work in the current cancellation scope. It returns or throws only when no part of the work goes on.
   *
   * @param reserve what has been set aside, where the run has a budget
   * @param ledger what the branch has spent before, where it goes on
   */
  run(place: Place, reserve?: Reserve, ledger?: Ledger): Promise<Answer>;
}

/** Settings that all model branches of a run ask with. */
export type AskSettings = Pick<ModelCall, 'offline' | 'timeoutMs' | 'attempts' | 'inlineBytes'> &
  Pick<Partial<ModelCall>, 'freshSinceMs' | 'hedge'> & {
    /** Whose turn comes first, where that is another than the run's. */
    priority?: Priority;
  };

/** A branch that asks the model. */
export function modelBranch(
  key: string,
  request: ModelRequest,
  { priority, ...settings }: AskSettings,
  boundUsd?: Branch['boundUsd'],
): Branch {
  return {
    key,
    ...(boundUsd !== undefined && { boundUsd }),
    ...(settings.hedge && { abreast: 2 }),
    run: (place, reserve, ledger) =>
      ask({ ...place, request, ...settings, ...(reserve && { reserve }), ...(ledger && { ledger }) }, priority),
  };
}

/** A branch whose document could not be read. */
export function unreadableBranch(key: string, message: string): Branch {
  return { key, boundUsd: 0, run: () => Promise.reject(unreadableFailure(message)) };
}

/** A branch that runs an activity of your own. The activity's result is the branch's output. */
export function activityBranch(key: string, run: () => Promise<unknown>): Branch {
  return {
    key,
    run: async () => {
      const startedAtMs = Date.now();
      const output = { inline: await run() };
      const ledger = { ...noLedger, attempts: 1, startedAtMs };
      return { status: 'ok', output, model: '', reused: false, savedUsd: 0, ledger, finishedAtMs: Date.now() };
    },
  };
}

/** The branches, those among them with their outcomes that are taken over from an earlier run. */
export function withKnown(branches: readonly Branch[], known: Known | undefined): Branch[] {
  const byKey = new Map((known?.branches ?? []).map((branch) => [branch.key, branch]));
  return branches.map((branch) => {
    const outcome = byKey.get(branch.key);
    return outcome === undefined ? branch : { ...branch, known: outcome };
  });
}

/** Runs a branch and returns its outcome. It never rejects: a failure is an outcome. */
export async function outcomeOf(place: Place, work: () => Promise<StoredBranch>): Promise<StoredBranch> {
  try {
    return await work();
  } catch (failure) {
    return outcomeOfFailure(place, failure, Date.now(), CancellationScope.current().consideredCancelled);
  }
}

/**
 * Runs a branch within the budget. No question is asked whose bound has not been set aside.
 *
 * @param started called when it begins, if it does
 * @throws what the branch throws, or ApplicationFailure `OverBudget` where it has begun and may not go on
 */
export async function withinBudget(
  branch: Branch,
  place: Place,
  budget: Budget,
  started: () => void,
): Promise<StoredBranch> {
  if (branch.known !== undefined) return takenOver(place, branch.known, Date.now());
  if (budget.limitUsd === Infinity) {
    started();
    return outcomeOfAnswer(place, await branch.run(place));
  }
  const { boundUsd = Infinity } = branch;
  const questionUsd = typeof boundUsd === 'function' ? await boundUsd() : boundUsd;
  const asideUsd = questionUsd * (branch.abreast ?? 1);
  let spentUsd = 0;
  let ledger: Ledger | undefined;
  for (;;) {
    if (!(await budget.reserve(asideUsd, CancellationScope.current().cancelRequested))) {
      const message = `Another question may cost $${questionUsd.toFixed(6)}, more than is left of the budget of $${budget.limitUsd}.`;
      if (ledger === undefined) return outcomeOfSkip(place, message, Date.now());
      throw ApplicationFailure.nonRetryable(message, 'OverBudget', ledger);
    }
    if (ledger === undefined) started();
    const before: Ledger = ledger ?? noLedger;
    // Money that may have been spent counts as spent.
    ledger = { ...before, lostUsd: before.lostUsd + asideUsd };
    try {
      const answer = await branch.run(
        place,
        { usd: spentUsd + asideUsd, questionUsd },
        before === noLedger ? undefined : before,
      );
      const outcome = outcomeOfAnswer(place, answer);
      ledger = answer.ledger;
      return outcome;
    } catch (failure) {
      const toldUsd = branch.spentUsd?.();
      const untold = toldUsd === undefined ? ledger : { ...ledger, lostUsd: Math.max(toldUsd, asideUsd) };
      ledger = ledgerIn(failure) ?? untold;
      if (!isReserveUsedUp(failure)) throw failure;
    } finally {
      const allUsd = (ledger.costUsd ?? 0) + ledger.lostUsd;
      budget.settle(asideUsd, allUsd - spentUsd);
      spentUsd = allUsd;
    }
  }
}

function isReserveUsedUp(failure: unknown): boolean {
  const cause = activityCause(failure);
  return cause instanceof ApplicationFailure && cause.type === 'ReserveUsedUp';
}

function ledgerIn(failure: unknown): Ledger | undefined {
  const cause = activityCause(failure) as {
    details?: unknown[];
    lastHeartbeatDetails?: unknown;
  };
  const details = cause?.details?.[0] ?? cause?.lastHeartbeatDetails;
  return isLedger(details) ? details : undefined;
}
