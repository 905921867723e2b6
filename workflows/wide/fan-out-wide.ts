import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  patched,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';

import { addTallies, noTally } from '../../src/contract/lanes.js';
import type { Blob, LaneReport, Tally } from '../../src/contract/lanes.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { beginningOf } from './carried.js';
import type { Carried, Resumable } from './carried.js';
import { handleLaneMessages } from './lane-messages.js';
import { begunIn, laneResult, OnlineLanes, orderChunk, reportOfUntold, restIn } from './lane-calls.js';
import type { Part } from './lane-calls.js';
import { hadAll, LaneMoney, spentIn } from './lane-money.js';
import { CutInLanes } from './cut-in-lanes.js';
import { among, LaneQueue } from './lane-queue.js';
import { firstWidths, LaneRunners, lanesAtFirst } from './lane-runners.js';
import type { Runner } from './lane-runners.js';
import type { LaneWork } from './lane-queue.js';
import { LanesUnderWay, LaneUnderWay } from './lane-under-way.js';
import { MoreForLanes } from './more-for-lanes.js';
import { WideJoin } from './wide-join.js';
import { WideProgress } from './wide-progress.js';
import { handleRetry } from './retry-in-lanes.js';
import { FailedBranches, withoutEnded } from '../../src/fold/failed-branches.js';
import { foldedResult, unlessFailed, wideResult } from './wide-result.js';

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
  readonly #underWay = new LanesUnderWay();
  /** Lanes that call the model at the same time. */
  readonly #online: OnlineLanes;
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #cuts: CutInLanes;
  readonly #runners = new LaneRunners(this.#scope, (runner) => this.#lane(runner));
  readonly #more: MoreForLanes;
  /** Whether lanes hand back what they have too much of. */
  readonly #isShared: boolean;
  #tally: Tally;
  #lanes: number;

  constructor(
    readonly plan: WidePlan,
    readonly input: Resumable,
    /** Told of each report that counts. */
    readonly told: (report: LaneReport) => void,
  ) {
    const begun = beginningOf(plan.chunks, input);
    const { queue, batches = [], tally = noTally, startedAtMs = Date.now(), lanes = 0 } = begun;
    this.#queue = new LaneQueue(plan.chunks, queue);
    this.#reports = [...batches];
    this.#failed = new FailedBranches(begun.failed);
    this.#tally = tally;
    this.#startedAtMs = startedAtMs;
    this.#lanes = lanes;
    this.#progress = new WideProgress(plan.total, tally, { ...input, offline: plan.offline }, startedAtMs);
    this.#join = new WideJoin(plan, startedAtMs, this.#scope, (answer) => this.#progress.answered(answer), begun);
    this.#isShared = !plan.policy.economy && patched('lanes-hand-back');
    const { budget } = plan.policy;
    const recovers = this.#isShared && budget !== null && patched('money-comes-back');
    this.#money = new LaneMoney(budget?.usd ?? Infinity, spentIn(tally), begun, recovers);
    this.#online = new OnlineLanes(plan, this.#isShared ? Infinity : lanesAtFirst(plan.policy));
    this.#cuts = new CutInLanes(plan.total, this.#underWay, this.#queue, this.#scope, begun);
    this.#more = new MoreForLanes({
      chunks: plan.chunks,
      queue: this.#queue,
      runners: this.#runners,
      money: this.#money,
      cuts: this.#cuts,
      isShared: this.#isShared,
      isCut: () => this.#join.isCut,
      goesOn: () => this.#goesOn,
    });
    handleLaneMessages(
      plan.total,
      (name, report) => this.#take(this.#underWay.named(name), report),
      (name, handBack) => this.#more.takeBack(this.#underWay.named(name), handBack),
      (name, paceMs) => this.#more.give(this.#underWay.named(name), paceMs),
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
    const { consideredCancelled: isCancelled } = CancellationScope.current();
    const goesOn = !isCancelled && !this.#queue.isEmpty && !this.#join.isCut && !this.#money.isOut;
    const why = isCancelled ? undefined : this.#why;
    if (!goesOn) this.#count(await reportOfUntold(this.plan, this.#queue, this.#startedAtMs, why));
    if (isCancelled) {
      this.#progress.finished('cancelled');
      throw new CancelledFailure('The run was cancelled.');
    }
    if (goesOn) await continueAsNew({ ...this.input, ...this.#from, carried: this.#toCarry() });
    return this.#finish();
  }

  /** Runs one lane after the other, as long as there is work and history has room. */
  async #lane(runner: Runner): Promise<void> {
    while (this.#goesOn) {
      if (!this.#more.mayBegin(this.#underWay)) return;
      if (!this.#runners.widen(runner)) return;
      const { queued } = this.#queue;
      const most = this.#isShared ? this.#runners.laneSize(runner.width, queued, this.#more.paceMs) : Infinity;
      const work = this.#queue.take(most);
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
    const lane = new LaneUnderWay(runner, (chunk) => this.#queue.firstIndexOf(chunk), work, uuid4().slice(0, 8));
    if (money.isLimited) lane.heldUsd = grantUsd;
    if (!inBatch) lane.hadAll = money.isAllHeld && this.#underWay.size === 0;
    this.#underWay.set(number, lane);
    try {
      const result = inBatch
        ? await orderChunk(
            this.plan,
            this.#part(work, number),
            money.isLimited ? money.batches.order(lane, () => this.#underWay.values()) : undefined,
          )
        : await this.#cuts.within(lane, () =>
            this.#online.start({ ...this.#part(work, number), token: lane.token }, runner.width, grantUsd),
          );
      const { rest, left, why, withheld = [], unfitUsd = 0, paceMs, begun } = laneResult(result);
      this.#more.paceMs = paceMs ?? this.#more.paceMs;
      if (rest !== null) this.#take(lane, rest);
      lane.spentUsd += unfitUsd;
      money.spentUnfit(unfitUsd);
      if (inBatch) this.#queue.putBack({ ...work, online: true }, among(work.places, left));
      // What was given to the lane and never reached it is not in `left`.
      else for (const part of lane.unended) this.#queue.putBack(part, part.places);
      this.#queue.putBack(work, withheld);
      if (begun) this.#queue.begun(begun);
      if (why !== 'over budget' || lane.hasEnded) return true;
      if (!inBatch) money.fellShort(hadAll(lane, this.#underWay.size), lane.heldUsd - lane.spentUsd);
      else if (lane.hadAll === true) money.fellShort(true);
      return !inBatch;
    } catch (failure) {
      const rest = restIn(failure);
      if (rest) this.#take(lane, rest);
      const isBehind = this.#cuts.isBehind(failure, lane);
      if (!isBehind && (isCancellation(failure) || inBatch)) throw failure;
      this.#queue.begun(begunIn(failure, lane));
      for (const part of lane.unended) {
        if (isBehind) this.#queue.putBack(part, part.places);
        else this.#queue.failed(part, lane.hasEnded);
      }
      return true;
    } finally {
      this.#underWay.delete(number);
      if (lane.hasEnded) money.sufficed(grantUsd);
      money.settle(lane, lane.spentUsd);
    }
  }

  #part(work: LaneWork, number: number): Part {
    const { chunk, places } = work;
    const firstIndex = this.#queue.firstIndexOf(chunk);
    return {
      number,
      chunk,
      places,
      firstIndex,
      queuedAtMs: this.#startedAtMs,
      reports: this.#reports.length,
      ...(this.#isShared && this.#more.toldTo(work, this.#beginning)),
      ...this.#queue.begunBefore(work),
      ...this.#cuts.among(places, firstIndex),
    };
  }

  #take(lane: LaneUnderWay | undefined, report: LaneReport): void {
    if (lane === undefined) return;
    lane.ended(report, spentIn(report.tally));
    this.#cuts.see(report.indices);
    this.#count(report);
    this.#failed.add(report.failed);
    this.#join.decide(this.#tally, this.#cuts.ended);
  }

  #count(report: LaneReport | null): void {
    if (report === null) return;
    this.#queue.ended(report.indices);
    this.#reports.push(report.blob);
    this.told(report);
    this.#tally = addTallies(this.#tally, report.tally);
    this.#progress.ended(this.#tally);
  }

  get #why() {
    return this.#money.isOut ? 'over budget' : (this.#join.decision ?? 'all ended');
  }

  /** Whether there may be more lanes in this execution. */
  get #goesOn(): boolean {
    return !this.#join.isCut && !this.#money.isOut && !workflowInfo().continueAsNewSuggested;
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
      ...this.#cuts.carried,
    };
  }

  async #finish(): Promise<RunResult> {
    const tally = this.#tally;
    this.#progress.answered(this.#join.answerOf(tally));
    const merged = wideResult(this.plan, {
      tally,
      reports: this.#reports,
      poisoned: this.#queue.poisoned,
      why: this.#why,
      firstAnswer: this.#join.firstAnswer,
    });
    const { result, calls, failure } = await foldedResult(
      this.plan,
      merged,
      this.#reports,
      spentIn(tally) + this.#money.unfitUsd,
    );
    if (CancellationScope.current().consideredCancelled) {
      this.#progress.finished('cancelled', calls);
      throw new CancelledFailure('The run was cancelled.');
    }
    this.#progress.finished(result.status, calls);
    return unlessFailed(result, this.plan.total, failure);
  }
}
