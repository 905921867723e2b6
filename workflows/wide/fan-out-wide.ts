import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  defineSignal,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';

import { Budget } from '../../src/plan/budget.js';
import { addTallies, fromRanges, noTally } from '../../src/contract/lanes.js';
import type { Blob, LaneReport, LaneMessage, Tally } from '../../src/contract/lanes.js';
import { signalNames } from '../../src/contract/names.js';
import type { FirstAnswer, RunResult } from '../../src/contract/run-result.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { orderChunk, startLane } from './lane-calls.js';
import type { Part } from './lane-calls.js';
import { LaneQueue } from './lane-queue.js';
import type { LaneWork } from './lane-queue.js';
import { WideProgress } from './wide-progress.js';
import { cutsTheRest, decisionOf, startDeadline } from '../engine/join.js';
import type { Decision } from '../engine/join.js';
import { Window } from '../engine/window.js';
import { unlessFailed, wideResult } from './wide-result.js';

/** Most lanes in flight: enough to spread over workers. Each of them is one pending activity. */
const mostLanes = 4;

/** Most chunks whose batches are out at the same time. */
const mostBatches = 50;

const laneBatch = defineSignal<[LaneMessage]>(signalNames.laneBatch);

/**
 * The state that a run takes along when it continues as new. `batches` holds the reports: older histories have them by this name.
 */
interface Carried {
  queue: LaneQueue['carried'];
  batches: Blob[];
  tally: Tally;
  startedAtMs: number;
  lanes: number;
}

interface Resumable {
  searchable?: boolean;
  carried?: unknown;
}

interface UnderWay {
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
  readonly #carried: Carried | undefined;
  readonly #queue: LaneQueue;
  readonly #budget: Budget;
  readonly #progress: WideProgress;
  readonly #startedAtMs: number;
  readonly #reports: Blob[];
  /** The lanes under way, by number. */
  readonly #underWay = new Map<number, UnderWay>();
  /** Lanes that call the model at the same time. */
  readonly #online: Window;
  readonly #scope = new CancellationScope({ cancellable: true });
  #tally: Tally;
  #lanes: number;
  #decision: Decision | undefined;
  #firstAnswer: FirstAnswer | undefined;
  #outOfMoney = false;
  #starved = false;

  constructor(
    readonly plan: WidePlan,
    readonly input: Resumable,
    /** Told of each report that counts. */
    readonly told: (report: LaneReport) => void,
  ) {
    this.#carried = input.carried as Carried | undefined;
    const { queue, batches = [], tally = noTally, startedAtMs = Date.now(), lanes = 0 } = this.#carried ?? {};
    this.#online = new Window(Math.min(mostLanes, plan.policy.concurrency));
    this.#queue = new LaneQueue(plan.chunks, queue);
    this.#reports = [...batches];
    this.#tally = tally;
    this.#startedAtMs = startedAtMs;
    this.#lanes = lanes;
    this.#budget = new Budget(plan.policy.budget?.usd ?? Infinity);
    this.#budget.settle(0, (tally.costUsd ?? 0) + tally.lostUsd);
    this.#progress = new WideProgress(plan.total, tally, input.searchable ?? false, startedAtMs);
    setHandler(laneBatch, ({ lane, ...report }) => this.#take(lane, report), {
      description: 'Outcomes of a lane, sent by its worker.',
    });
  }

  async run(): Promise<RunResult> {
    const timer = this.#startDeadline();
    const widths = this.#widths;
    const lanesEnded = await this.#scope.run(() => Promise.allSettled(widths.map((width) => this.#lane(width))));
    for (const ended of lanesEnded) {
      if (ended.status === 'rejected' && !isCancellation(ended.reason)) throw ended.reason;
    }
    timer?.cancel();
    if (CancellationScope.current().consideredCancelled) {
      this.#progress.finished('cancelled');
      throw new CancelledFailure('The run was cancelled.');
    }
    const goesOn = !this.#queue.isEmpty && !this.#isCut && !this.#outOfMoney;
    if (goesOn) await continueAsNew({ ...this.input, carried: this.#toCarry() });
    return this.#finish();
  }

  /** Runs one lane after the other, as long as there is work and history has room. */
  async #lane(width: number): Promise<void> {
    while (!this.#isCut && !this.#outOfMoney && !workflowInfo().continueAsNewSuggested) {
      if (this.#starved && this.#underWay.size > 0) return;
      const work = this.#queue.take();
      if (work === undefined) return;
      await this.#carry(work, width);
    }
  }

  async #carry(work: LaneWork, width: number): Promise<void> {
    const number = this.#lanes;
    this.#lanes += 1;
    const grantUsd = this.#grant();
    const lane: UnderWay = { ended: new Set(), spentUsd: 0 };
    this.#underWay.set(number, lane);
    const inBatch = this.plan.policy.economy && work.online === undefined;
    try {
      const { rest, left, why } = inBatch
        ? await orderChunk(this.plan, this.#part(work, number))
        : await this.#online.run(() => startLane(this.plan, this.#part(work, number), width, grantUsd));
      if (rest !== null) this.#take(number, rest);
      this.#queue.putBack(inBatch ? { ...work, online: true } : work, left);
      if (why === 'over budget' && lane.ended.size === 0) this.#starve();
    } catch (failure) {
      const rest = restIn(failure);
      if (rest) this.#take(number, rest);
      if (isCancellation(failure) || inBatch) throw failure;
      this.#queue.failed(
        work,
        fromRanges(work.places).filter((place) => !lane.ended.has(place)),
      );
    } finally {
      this.#underWay.delete(number);
      if (grantUsd !== Infinity) this.#budget.settle(grantUsd, lane.spentUsd);
    }
  }

  /** Most calls at once of each lane. Message Batches hold no calls, so many of them may be out. */
  get #widths(): number[] {
    const { concurrency, economy } = this.plan.policy;
    const lanes = Math.min(mostLanes, concurrency);
    if (economy) return Array.from({ length: mostBatches }, () => Math.max(1, Math.floor(concurrency / lanes)));
    return Array.from({ length: lanes }, (_, lane) => Math.floor((concurrency + lane) / lanes));
  }

  #part({ chunk, places }: LaneWork, number: number): Part {
    return { number, chunk, places, firstIndex: this.#queue.firstIndexOf(chunk), queuedAtMs: this.#startedAtMs };
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
    this.#progress.ended(this.#tally);
    this.#decide();
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
    const leftMs = this.#startedAtMs + (policy.deadlineMs ?? 0) - Date.now();
    return startDeadline(policy, () => this.#stop('deadline'), leftMs);
  }

  /** A lane's share of the money that is left. */
  #grant(): number {
    if (this.#budget.limitUsd === Infinity) return Infinity;
    const idle = this.#starved
      ? 1
      : Math.max(1, Math.min(mostLanes, this.plan.policy.concurrency) - this.#underWay.size);
    const grantUsd = Math.max(0, this.#budget.leftUsd / idle);
    void this.#budget.reserve(grantUsd, new Promise<never>(() => {}));
    return grantUsd;
  }

  /**
   * Takes in that a lane's grant did not cover one question. The other lanes end, and the last lane has all that is left. If that
   * does not do, there is no more.
   */
  #starve(): void {
    if (this.#underWay.size === 1) this.#outOfMoney = true;
    else this.#starved = true;
  }

  #toCarry(): Carried {
    return {
      queue: this.#queue.carried,
      batches: this.#reports,
      tally: this.#tally,
      startedAtMs: this.#startedAtMs,
      lanes: this.#lanes,
    };
  }

  #finish(): RunResult {
    const tally = this.#tally;
    this.#progress.answered({ elapsedMs: Date.now() - this.#startedAtMs, keys: [], ok: tally.byStatus.ok ?? 0 });
    const result = wideResult(this.plan, {
      tally,
      reports: this.#reports,
      poisoned: this.#queue.poisoned,
      why: this.#outOfMoney ? 'over budget' : (this.#decision ?? 'all ended'),
      firstAnswer: this.#firstAnswer,
    });
    this.#progress.finished(result.status);
    return unlessFailed(result, this.plan.total);
  }
}

function restIn(failure: unknown): LaneReport | undefined {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  return cause instanceof CancelledFailure ? ((cause.details?.[0] as LaneReport | null) ?? undefined) : undefined;
}

function spentIn({ costUsd, lostUsd }: Tally): number {
  return (costUsd ?? 0) + lostUsd;
}
