import { setTimeout as sleep } from 'node:timers/promises';

import { ApplicationFailure } from '@temporalio/common';

import type { Place, StoredBranch } from '../../src/contract/branch.js';
import { isFile, withoutBytes } from '../../src/contract/document.js';
import type { DocumentContent, StoredDocument } from '../../src/contract/document.js';
import type { Lane } from '../../src/contract/lanes.js';
import type { Ledger, ModelCall } from '../../src/contract/model-call.js';
import { outcomeOfAnswer, outcomeOfFailure } from '../../src/contract/outcome.js';
import { boundsOf } from '../../src/model/index.js';
import type { Origin } from '../../src/model/layer/index.js';
import type { Budget } from '../../src/plan/budget.js';
import { runAttempt } from '../ask/run-attempt.js';
import type { Equipment } from '../ask/equipment.js';
import type { Host } from '../branch/host.js';
import { runOf } from '../branch/out-of-time.js';
import type { DocumentStore } from '../stored/document-content.js';
import type { LaneCuts } from './lane-cuts.js';
import { documentText } from '../stored/document-text.js';
import { wholeRequest } from '../stored/prompt-of.js';

/** What the branches of a lane share. */
export interface LaneWork {
  lane: Lane;
  /** Whose its calls are. */
  share: Host['share'];
  /** The execution that the lane belongs to. */
  origin?: Origin | undefined;
  budget: Budget;
  equipment: Equipment;
  signal: AbortSignal;
  cuts: Pick<LaneCuts, 'signalOf' | 'isUntold'>;
  /** Ledgers that lanes before have left of branches that they had begun, by index; `open` where a call may be out that nobody tells of. */
  begunBefore: ReadonlyMap<number, Ledger>;
  /** Ledgers of the branches that are under way, or that the worker's end has cut, by index. */
  ledgers: Map<number, Ledger>;
  /** Waits before the next attempt of a branch, whose turn others have meanwhile. */
  rest: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Rejects when `signal` is aborted. */
  cancelled: Promise<never>;
}

/**
 * A branch of a lane, as far as the lane's budget lets it begin.
 *
 * @returns `undefined` where it was not begun
 */
export async function runWithinBudget(call: ModelCall, work: LaneWork): Promise<StoredBranch | undefined> {
  const { budget, cancelled, equipment } = work;
  if (budget.limitUsd === Infinity) return runBranch(call, work);
  const { store } = equipment.settings;
  const { document } = call.request;
  const asked = { ...call, request: await wholeRequest(call.request, store) };
  const [questionUsd = Infinity] = boundsOf([asked], document && (await known(document, store)));
  const lostUsd = work.begunBefore.get(call.index)?.open ? questionUsd : 0;
  const asideUsd = questionUsd * call.attempts + lostUsd;
  // A lane cannot ask for more half way, so that its branches have all of their attempts set aside, or one at least.
  const usd = asideUsd <= budget.leftUsd ? asideUsd : questionUsd + lostUsd;
  // Cut while it waits, it has not begun.
  const granted = await budget.reserve(usd, cancelled).catch(() => false);
  if (!granted) return undefined;
  const outcome = await runBranch({ ...call, reserve: { usd, questionUsd } }, work);
  budget.settle(usd, (outcome.costUsd ?? usd) + (outcome.lostUsd ?? 0));
  return overBudget(outcome);
}

/** Of a branch that would need more than the lane could set aside: in a lane nobody sets more aside half way. */
function overBudget(outcome: StoredBranch): StoredBranch {
  const { error } = outcome;
  return error?.type === 'ReserveUsedUp' ? { ...outcome, error: { ...error, type: 'OverBudget' } } : outcome;
}

/** As much of a document as its bound is told by. */
async function known(document: StoredDocument, store: DocumentStore): Promise<DocumentContent> {
  return isFile(document) ? withoutBytes(document) : documentText(document, store);
}

/** All tries of a branch. */
async function runBranch(
  call: ModelCall,
  { lane, share, origin, signal, rest, equipment, begunBefore, ledgers }: LaneWork,
): Promise<StoredBranch> {
  const place: Place = { key: call.key, index: call.index, queuedAtMs: call.queuedAtMs };
  // Nobody has told what a try has cost whose lane died.
  let lastLedger: Ledger | undefined = begunBefore.get(call.index);
  for (let attempt = 1; ; attempt += 1) {
    const host: Host = {
      attempt,
      lastLedger,
      cancellationSignal: signal,
      run: runOfLane(lane, origin),
      asker: askerOf(lane, call.index),
      share,
      origin,
      patienceMs: undefined,
      heartbeat: (beat) => {
        lastLedger = beat;
        ledgers.set(call.index, beat);
      },
    };
    try {
      return outcomeOfAnswer(place, await runAttempt(call, host, equipment));
    } catch (failure) {
      const waitMs = retryDelayOf(failure);
      if (waitMs === undefined || signal.aborted) return outcomeOfFailure(place, failure, Date.now(), signal.aborted);
      await rest(() => sleep(waitMs, undefined, { signal }).catch(() => {}));
    }
  }
}

/** Names a branch of a lane where it pays for an answer: the same in every lane that has it. */
export function askerOf({ run }: Pick<Lane, 'run'>, index: number): string {
  return `${run}/${index}`;
}

/** Names the run of a lane, as its other activities do. */
export function runOfLane({ run }: Lane, origin: Origin | undefined): string {
  return origin === undefined ? run : runOf({ workflowExecution: { ...origin, runId: run } });
}

function retryDelayOf(failure: unknown): number | undefined {
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) return undefined;
  return Number(failure.nextRetryDelay ?? 1_000);
}
