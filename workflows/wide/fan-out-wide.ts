import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';

import { addTallies, fromRanges, noTally } from '../../src/contract/lanes.js';
import type { Blob, HandBack, LaneReport, Tally } from '../../src/contract/lanes.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { taking } from './known-reports.js';
import type { Carried, Resumable } from './carried.js';
import { handleLaneMessages } from './lane-messages.js';
import { orderChunk, restIn, startLane, begunIn } from './lane-calls.js';
import type { Part } from './lane-calls.js';
import { LaneMoney } from './lane-money.js';
import type { Holder } from './batch-budget.js';
import { among, LaneQueue, without } from './lane-queue.js';
import { firstWidths, LaneRunners, lanesAtFirst } from './lane-runners.js';
import type { Runner } from './lane-runners.js';
import type { LaneWork } from './lane-queue.js';
import { WideJoin } from './wide-join.js';
import { WideProgress } from './wide-progress.js';
import { handleRetry } from './retry-in-lanes.js';
import { FailedBranches, withoutEnded } from '../../src/fold/failed-branches.js';
import { Window } from '../engine/window.js';
import { foldedResult, unlessFailed, wideResult } from './wide-result.js';

interface UnderWay extends Holder {
  runner: Runner;
  /** What it carries: what it was given, less what it has handed back. */
  work: LaneWork;
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
  readonly #join: WideJoin;
  readonly #startedAtMs: number;
  readonly #reports: Blob[];
  readonly #failed: FailedBranches;
  /** The lanes under way, by number. */
  readonly #underWay = new Map<number, UnderWay>();
  /** Lanes that call the model at the same time. */
  readonly #online: Window;
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #runners = new LaneRunners(this.#scope, (runner) => this.#lane(runner));
  /** Whether lanes hand back what they have too much of. */
  readonly #isShared: boolean;
  #paceMs: number | undefined;
  #tally: Tally;
  #lanes: number;

  constructor(
    readonly plan: WidePlan,
    readonly input: Resumable,
    /** Told of each report that counts. */
    readonly told: (report: LaneReport) => void,
  ) {
    const carried = input.carried as Carried | undefined;
    const begun: Partial<Carried> = carried ?? taking(plan.chunks, input.known);
    const { queue, batches = [], tally = noTally, startedAtMs = Date.now(), lanes = 0 } = begun;
    this.#queue = new LaneQueue(plan.chunks, queue);
    this.#reports = [...batches];
    this.#failed = new FailedBranches(begun.failed);
    this.#tally = tally;
    this.#startedAtMs = startedAtMs;
    this.#lanes = lanes;
    this.#money = new LaneMoney(plan.policy.budget?.usd ?? Infinity, spentIn(tally), begun);
    this.#progress = new WideProgress(plan.total, tally, input.searchable, startedAtMs);
    this.#join = new WideJoin(plan, startedAtMs, this.#scope, (answer) => this.#progress.answered(answer), begun);
    this.#isShared = !plan.policy.economy && patched('lanes-hand-back');
    this.#online = new Window(this.#isShared ? Infinity : lanesAtFirst(plan.policy));
    handleLaneMessages(
      plan.total,
      (lane, report) => this.#take(lane, report),
      (lane, handBack) => this.#takeBack(lane, handBack),
    );
    handleRetry(
      () => this.#failed.size > 0 && this.#underWay.size > 0 && !this.#join.isCut && !this.#money.isOut,
      () => this.#beginAnew(),
    );
  }

  async run(): Promise<RunResult> {
    const timer = this.#join.startDeadline(() => this.#tally);
    this.#runners.send(firstWidths(this.plan.policy));
    await this.#runners.ended();
    timer?.cancel();
    if (CancellationScope.current().consideredCancelled) {
      this.#progress.finished('cancelled');
      throw new CancelledFailure('The run was cancelled.');
    }
    const goesOn = !this.#queue.isEmpty && !this.#join.isCut && !this.#money.isOut;
    if (goesOn) await continueAsNew({ ...this.input, ...this.#from, carried: this.#toCarry() });
    return this.#finish();
  }

  /** Runs one lane after the other, as long as there is work and history has room. */
  async #lane(runner: Runner): Promise<void> {
    while (!this.#join.isCut && !this.#money.isOut && !workflowInfo().continueAsNewSuggested) {
      if (this.#money.isShort && this.#underWay.size > 0) return;
      if (!this.#runners.widen(runner)) return;
      const work = this.#queue.take(this.#sizeFor(runner));
      if (work === undefined) return;
      if (!(await this.#carry(work, runner))) return;
    }
  }

  /** @returns whether to go on: an order that found no money leaves the rest to those who hold it, and to who comes after them */
  async #carry(work: LaneWork, runner: Runner): Promise<boolean> {
    const number = this.#lanes;
    this.#lanes += 1;
    const inBatch = this.plan.policy.economy && work.online === undefined;
    const money = this.#money;
    const grantUsd = inBatch ? 0 : money.grant(this.#beginning);
    const lane: UnderWay = { runner, work, ended: new Set(), spentUsd: 0, heldUsd: money.isLimited ? grantUsd : 0 };
    if (!inBatch) lane.hadAll = money.isShort && this.#underWay.size === 0;
    this.#underWay.set(number, lane);
    try {
      const {
        rest,
        left,
        why,
        withheld = [],
        unfitUsd = 0,
        paceMs,
      } = inBatch
        ? await orderChunk(
            this.plan,
            this.#part(work, number),
            money.isLimited ? money.batches.order(lane, () => this.#underWay.values()) : undefined,
          )
        : await this.#online.run(() => startLane(this.plan, this.#part(work, number), runner.width, grantUsd));
      this.#paceMs = paceMs ?? this.#paceMs;
      if (rest !== null) this.#take(number, rest);
      lane.spentUsd += unfitUsd;
      money.spentUnfit(unfitUsd);
      this.#queue.putBack(inBatch ? { ...work, online: true } : work, among(lane.work.places, left));
      this.#queue.putBack(work, withheld);
      if (why !== 'over budget' || lane.ended.size > 0) return true;
      if (!inBatch) money.fellShort(this.#hadAll(lane));
      else if (lane.hadAll === true) money.fellShort(true);
      return !inBatch;
    } catch (failure) {
      const rest = restIn(failure);
      if (rest) this.#take(number, rest);
      if (isCancellation(failure) || inBatch) throw failure;
      const unended = fromRanges(lane.work.places).filter((place) => !lane.ended.has(place));
      const { underWay, ledgers } = begunIn(failure, unended, runner.width);
      this.#queue.begun(work.chunk, underWay, ledgers);
      this.#queue.failed(lane.work, unended);
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

  #part(work: LaneWork, number: number): Part {
    const { chunk, places } = work;
    const firstIndex = this.#queue.firstIndexOf(chunk);
    const shared = this.#isShared && { runners: this.#runners.size };
    return {
      number,
      chunk,
      places,
      firstIndex,
      queuedAtMs: this.#startedAtMs,
      reports: this.#reports.length,
      begunBefore: this.#queue.begunBefore(work),
      ...shared,
    };
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
    this.#join.decide(this.#tally);
  }

  /** Takes back what a lane has too much of: its documents, calls at once and money go to others. */
  #takeBack(number: number, { left, width, cap, paceMs, usd = 0 }: HandBack): void {
    const lane = this.#underWay.get(number);
    if (lane === undefined || !this.#isShared) return;
    const { work } = lane;
    const places = without(lane.ended, among(work.places, left));
    lane.work = { ...work, places: without(new Set(fromRanges(places)), work.places) };
    this.#paceMs = paceMs ?? this.#paceMs;
    this.#money.giveBack(lane, usd);
    this.#queue.handBack(work.chunk, places);
    if (!this.#join.isCut) this.#runners.narrow(lane.runner, { width, cap }, this.#queue.queued);
  }

  /** Begins what has failed anew; its former outcomes stay in the reports, and their cost on the bill. */
  #beginAnew(): number {
    const { indices, byStatus } = this.#failed.takeAll();
    this.#tally = withoutEnded(this.#tally, byStatus);
    this.#queue.beginAnew(indices);
    this.#progress.ended(this.#tally);
    this.#runners.sendAgain(this.#queue.queued);
    return indices.length;
  }

  /** Lanes that begin now. */
  get #beginning(): number {
    const runners = this.#isShared ? this.#runners.size : lanesAtFirst(this.plan.policy);
    return runners - this.#underWay.size;
  }

  #sizeFor({ width }: Runner): number {
    return this.#isShared ? this.#runners.laneSize(width, this.#queue.queued, this.#paceMs) : Infinity;
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
      ...this.#join.carried,
    };
  }

  async #finish(): Promise<RunResult> {
    const tally = this.#tally;
    this.#progress.answered(this.#join.answerOf(tally));
    const merged = wideResult(this.plan, {
      tally,
      reports: this.#reports,
      poisoned: this.#queue.poisoned,
      why: this.#money.isOut ? 'over budget' : (this.#join.decision ?? 'all ended'),
      firstAnswer: this.#join.firstAnswer,
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
