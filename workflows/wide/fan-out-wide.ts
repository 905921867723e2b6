import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';

import { addTallies, fromRanges, noTally } from '../../src/contract/lanes.js';
import type { Blob, LaneReport, Tally } from '../../src/contract/lanes.js';
import type { FirstAnswer, RunResult } from '../../src/contract/run-result.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { taking } from './known-reports.js';
import type { Carried, Resumable } from './carried.js';
import type { Holder } from './batch-budget.js';
import { handleLaneMessages } from './lane-messages.js';
import { orderChunk, restIn, startLane } from './lane-calls.js';
import type { Part } from './lane-calls.js';
import { LaneMoney } from './lane-money.js';
import { LaneQueue } from './lane-queue.js';
import { LaneRunners } from './lane-runners.js';
import type { LaneWork } from './lane-queue.js';
import { WideProgress } from './wide-progress.js';
import { handleRetry } from './retry-in-lanes.js';
import { FailedBranches, withoutEnded } from '../../src/fold/failed-branches.js';
import { cutsTheRest, decisionOf, startDeadline } from '../engine/join.js';
import type { Decision } from '../engine/join.js';
import { Window } from '../engine/window.js';
import { foldedResult, unlessFailed, wideResult } from './wide-result.js';

/** Most lanes in flight: enough to spread over workers. Each of them is one pending activity. */
const mostLanes = 4;

/** Most chunks whose batches are out at the same time. */
const mostBatches = 50;

interface UnderWay extends Holder {
  /** Places of the chunk that have ended. */
  ended: Set<number>;
  spentUsd: number;
}

/**
 * Runs a fan-out too wide for an activity a branch. Each lane carries the branches of a chunk, and a few lanes run at a time.
 *
 * FanOutWide-1. A branch has one outcome. A lane's report counts only while that lane is under way, and a branch whose outcome
 *     counted is not asked again.
 * FanOutWide-2. History grows with the lanes and their reports, not with the branches. The run continues as new before its
 *     history is large.
 * FanOutWide-3. Join, deadline, budget and cancellation mean what they mean for a narrow fan-out.
 */
export async function fanOutWide(
  plan: WidePlan,
  input: Resumable,
  told: (report: LaneReport) => void = () => {},
): Promise<RunResult> {
  return new WideFanOut(plan, input, told).run();
}

class WideFanOut {
  readonly #queue: LaneQueue;
  readonly #money: LaneMoney;
  readonly #progress: WideProgress;
  readonly #startedAtMs: number;
  readonly #reports: Blob[];
  readonly #failed: FailedBranches;
  /** The lanes under way, by number. */
  readonly #underWay = new Map<number, UnderWay>();
  /** Lanes that call the model at the same time. */
  readonly #online: Window;
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #runners = new LaneRunners(this.#scope, (width) => this.#lane(width));
  #tally: Tally;
  #lanes: number;
  #decision: Decision | undefined;
  #firstAnswer: FirstAnswer | undefined;

  constructor(
    readonly plan: WidePlan,
    readonly input: Resumable,
    /** Told of each report that counts. */
    readonly told: (report: LaneReport) => void,
  ) {
    const carried = input.carried as Carried | undefined;
    const begun: Partial<Carried> = carried ?? taking(plan.chunks, input.known);
    const { queue, batches = [], tally = noTally, startedAtMs = Date.now(), lanes = 0 } = begun;
    this.#online = new Window(Math.min(mostLanes, plan.policy.concurrency));
    this.#queue = new LaneQueue(plan.chunks, queue);
    this.#reports = [...batches];
    this.#failed = new FailedBranches(begun.failed);
    this.#tally = tally;
    this.#startedAtMs = startedAtMs;
    this.#lanes = lanes;
    this.#money = new LaneMoney(plan.policy.budget?.usd ?? Infinity, spentIn(tally), begun);
    this.#progress = new WideProgress(plan.total, tally, input.searchable, startedAtMs);
    this.#decision = begun.decision;
    this.#firstAnswer = begun.firstAnswer;
    if (begun.firstAnswer !== undefined) this.#progress.answered(begun.firstAnswer);
    handleLaneMessages(plan.total, (lane, report) => this.#take(lane, report));
    handleRetry(
      () => this.#failed.size > 0 && this.#underWay.size > 0 && !this.#isCut && !this.#money.isOut,
      () => this.#beginAnew(),
    );
  }

  async run(): Promise<RunResult> {
    const timer = this.#startDeadline();
    this.#runners.send(this.#widths);
    await this.#runners.ended();
    timer?.cancel();
    if (CancellationScope.current().consideredCancelled) {
      this.#progress.finished('cancelled');
      throw new CancelledFailure('The run was cancelled.');
    }
    const goesOn = !this.#queue.isEmpty && !this.#isCut && !this.#money.isOut;
    if (goesOn) await continueAsNew({ ...this.input, ...this.#from, carried: this.#toCarry() });
    return this.#finish();
  }

  /** Runs one lane after the other, as long as there is work and history has room. */
  async #lane(width: number): Promise<void> {
    while (!this.#isCut && !this.#money.isOut && !workflowInfo().continueAsNewSuggested) {
      if (this.#money.isShort && this.#underWay.size > 0) return;
      const work = this.#queue.take();
      if (work === undefined) return;
      if (!(await this.#carry(work, width))) return;
    }
  }

  /** @returns whether to go on: an order that found no money leaves the rest to those who hold it, and to who comes after them */
  async #carry(work: LaneWork, width: number): Promise<boolean> {
    const number = this.#lanes;
    this.#lanes += 1;
    const inBatch = this.plan.policy.economy && work.online === undefined;
    const money = this.#money;
    const grantUsd = inBatch ? 0 : money.grant(Math.min(mostLanes, this.plan.policy.concurrency) - this.#underWay.size);
    const lane: UnderWay = { ended: new Set(), spentUsd: 0, heldUsd: money.isLimited ? grantUsd : 0 };
    if (!inBatch) lane.hadAll = money.isShort && this.#underWay.size === 0;
    this.#underWay.set(number, lane);
    try {
      const {
        rest,
        left,
        why,
        withheld = [],
        unfitUsd = 0,
      } = inBatch
        ? await orderChunk(
            this.plan,
            this.#part(work, number),
            money.isLimited ? money.batches.order(lane, () => this.#underWay.values()) : undefined,
          )
        : await this.#online.run(() => startLane(this.plan, this.#part(work, number), width, grantUsd));
      if (rest !== null) this.#take(number, rest);
      lane.spentUsd += unfitUsd;
      money.spentUnfit(unfitUsd);
      this.#queue.putBack(inBatch ? { ...work, online: true } : work, left);
      this.#queue.putBack(work, withheld);
      if (why !== 'over budget' || lane.ended.size > 0) return true;
      if (!inBatch) money.fellShort(this.#hadAll(lane));
      else if (lane.hadAll === true) money.fellShort(true);
      return !inBatch;
    } catch (failure) {
      const rest = restIn(failure);
      if (rest) this.#take(number, rest);
      if (isCancellation(failure) || inBatch) throw failure;
      this.#queue.failed(
        work,
        fromRanges(work.places).filter((place) => !lane.ended.has(place)),
      );
      return true;
    } finally {
      this.#underWay.delete(number);
      money.settle(lane, lane.spentUsd);
    }
  }

  /** Whether a lane whose share did not do had all that was left, and not what was left to it beside others that have ended meanwhile. */
  #hadAll({ hadAll = false }: UnderWay): boolean {
    if (hadAll || this.#underWay.size > 1) return hadAll;
    return !patched('last-lane-has-all');
  }

  /** Most calls at once of each lane. Message Batches hold no calls, so many of them may be out. */
  get #widths(): number[] {
    const { concurrency, economy } = this.plan.policy;
    const lanes = Math.min(mostLanes, concurrency);
    if (economy) return Array.from({ length: mostBatches }, () => Math.max(1, Math.floor(concurrency / lanes)));
    return Array.from({ length: lanes }, (_, lane) => Math.floor((concurrency + lane) / lanes));
  }

  #part({ chunk, places }: LaneWork, number: number): Part {
    const firstIndex = this.#queue.firstIndexOf(chunk);
    return { number, chunk, places, firstIndex, queuedAtMs: this.#startedAtMs, reports: this.#reports.length };
  }

  #take(number: number, report: LaneReport): void {
    const lane = this.#underWay.get(number);
    // The report of a worker that was given up for dead: its documents are another lane's now.
    if (lane === undefined) return;
    const first = this.#queue.chunkStartBefore(report.indices[0]?.[0] ?? 0);
    for (const index of fromRanges(report.indices)) lane.ended.add(index - first);
    lane.spentUsd += spentIn(report.tally);
    this.#reports.push(report.blob);
    this.told(report);
    this.#tally = addTallies(this.#tally, report.tally);
    this.#failed.add(report.failed);
    this.#progress.ended(this.#tally);
    this.#decide();
  }

  /** Begins what has failed anew; its former outcomes stay in the reports, and their cost on the bill. */
  #beginAnew(): number {
    const { indices, byStatus } = this.#failed.takeAll();
    this.#tally = withoutEnded(this.#tally, byStatus);
    this.#queue.beginAnew(indices);
    this.#progress.ended(this.#tally);
    this.#runners.sendAgain();
    return indices.length;
  }

  #decide(): void {
    const { ok = 0, cancelled = 0 } = this.#tally.byStatus;
    const lost = this.#tally.ended - ok - cancelled;
    const decision = decisionOf({ ok, lost, total: this.plan.total }, this.plan.policy);
    if (decision !== undefined) this.#stop(decision);
  }

  #stop(decision: Decision): void {
    if (this.#decision !== undefined) return;
    this.#decision = decision;
    const answer = { elapsedMs: Date.now() - this.#startedAtMs, keys: [], ok: this.#tally.byStatus.ok ?? 0 };
    this.#progress.answered(answer);
    if (cutsTheRest(decision, this.plan.policy)) this.#scope.cancel();
    else this.#firstAnswer = answer;
  }

  /** Whether nothing more is to be begun. */
  get #isCut(): boolean {
    return this.#decision !== undefined && this.#firstAnswer === undefined;
  }

  #startDeadline(): CancellationScope | undefined {
    const { policy } = this.plan;
    // Reached before the run continued as new.
    if (this.#decision !== undefined) return undefined;
    const leftMs = this.#startedAtMs + (policy.deadlineMs ?? 0) - Date.now();
    return startDeadline(policy, () => this.#stop('deadline'), leftMs);
  }

  /** What was taken over is carried from now on; whose it was stays known. */
  get #from(): Pick<Resumable, 'known'> {
    const { known } = this.input;
    return known === undefined ? {} : { known: { from: known.from } };
  }

  #toCarry(): Carried {
    return {
      queue: this.#queue.carried,
      batches: this.#reports,
      tally: this.#tally,
      startedAtMs: this.#startedAtMs,
      lanes: this.#lanes,
      ...(this.#failed.size > 0 && { failed: this.#failed.carried }),
      ...this.#money.carried,
      ...(this.#decision !== undefined && { decision: this.#decision }),
      ...(this.#firstAnswer !== undefined && { firstAnswer: this.#firstAnswer }),
    };
  }

  async #finish(): Promise<RunResult> {
    const tally = this.#tally;
    this.#progress.answered({ elapsedMs: Date.now() - this.#startedAtMs, keys: [], ok: tally.byStatus.ok ?? 0 });
    const merged = wideResult(this.plan, {
      tally,
      reports: this.#reports,
      poisoned: this.#queue.poisoned,
      why: this.#money.isOut ? 'over budget' : (this.#decision ?? 'all ended'),
      firstAnswer: this.#firstAnswer,
    });
    const { result, calls, failure } = await foldedResult(
      this.plan,
      merged,
      this.#reports,
      spentIn(tally) + this.#money.unfitUsd,
    );
    if (CancellationScope.current().consideredCancelled) {
      this.#progress.finished('cancelled');
      throw new CancelledFailure('The run was cancelled.');
    }
    this.#progress.finished(result.status, calls);
    return unlessFailed(result, this.plan.total, failure);
  }
}

function spentIn({ costUsd, lostUsd }: Tally): number {
  return (costUsd ?? 0) + lostUsd;
}
