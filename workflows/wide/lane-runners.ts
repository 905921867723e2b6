import { isCancellation } from '@temporalio/workflow';
import type { CancellationScope } from '@temporalio/workflow';

import type { Policy } from '../../src/contract/options.js';
import { laneSize, moreSize } from './lane-size.js';

/** Whoever runs lanes, each one after the other. */
export interface Runner {
  /** Most calls at once of its lanes. */
  width: number;
}

/** Most runners at first. What the workers that have their lanes cannot do goes to more of them. */
const mostAtFirst = 4;

/** Most chunks whose batches are out at the same time. */
const mostBatches = 50;

/** Most runners of one run: as many lanes as twenty workers have use for, each a pending activity. */
const mostRunners = 50;

/** Runners that call the model, at first. */
export function lanesAtFirst({ concurrency }: Policy): number {
  return Math.min(mostAtFirst, concurrency);
}

/** Most calls at once of each runner at first. Message Batches hold no calls, so many of them may be out. */
export function firstWidths(policy: Policy): number[] {
  const { concurrency, economy } = policy;
  const lanes = lanesAtFirst(policy);
  if (economy) return Array.from({ length: mostBatches }, () => Math.max(1, Math.floor(concurrency / lanes)));
  return Array.from({ length: lanes }, (_, lane) => Math.floor((concurrency + lane) / lanes));
}

/** Share of a worker's calls at once below which a lane is too narrow: hundreds of them would cost more than they carry. */
const leastShare = 0.25;

/**
 * Those who run lanes. Calls at once that the worker of one has no use for go to others, whose lanes wait in the task queue for
 * workers that have.
 *
 * LaneRunners-1. Whoever has found nothing more to do can be sent again, as long as others run.
 * LaneRunners-2. The widths of all runners, idle ones too, and `spare` are together as many as were sent at first.
 */
export class LaneRunners {
  readonly #running = new Set<Promise<void>>();
  readonly #idle: Runner[] = [];
  #failure: { reason: unknown } | undefined;
  #spare = 0;
  #isSplit = false;
  #cap = Infinity;
  #size = 0;

  /**
   * @param scope of all lanes
   * @param run runs lanes until there is nothing to do
   */
  constructor(
    readonly scope: CancellationScope,
    readonly run: (runner: Runner) => Promise<void>,
  ) {}

  /** How many run. */
  get size(): number {
    return this.#size;
  }

  /** Documents that a lane of this width is given: see `laneSize`. */
  laneSize(width: number, queued: number, paceMs: number | undefined): number {
    return laneSize({ width, queued, runners: this.#size, paceMs, isSplit: this.#isSplit });
  }

  /** The same of a lane that goes on: see `moreSize`. */
  moreSize(width: number, queued: number, paceMs: number | undefined): number {
    return moreSize({ width, queued, runners: this.#size, paceMs, isSplit: this.#isSplit });
  }

  /** @param widths most calls at once, one for each runner */
  send(widths: readonly number[]): void {
    const runners = widths.map((width) => ({ width }));
    this.#size += runners.length;
    for (const runner of runners) this.#send(runner);
  }

  /**
   * Sends those again that have found nothing to do, and others with what is free.
   *
   * @param waiting documents that wait for a lane
   */
  sendAgain(waiting: number): void {
    const idle = this.#idle.splice(0);
    this.#size += idle.length;
    for (const runner of idle) this.#send(runner);
    this.send(this.#shares(waiting));
  }

  /**
   * Takes in that a runner's lane makes at most `width` calls at once from now on, and sends others with what is free.
   *
   * @param cap most calls at once of its worker: as wide are new lanes
   * @param waiting documents that wait for a lane
   */
  narrow(runner: Runner, { width, cap }: { width: number; cap: number }, waiting: number): void {
    if (width < runner.width) {
      this.#spare += runner.width - width;
      runner.width = width;
      this.#isSplit = true;
    }
    // Whoever has found nothing to do gives way to fewer and wider ones.
    this.#giveWay();
    this.#cap = cap;
    this.send(this.#shares(waiting));
  }

  /**
   * Makes a runner as wide as a worker before its next lane, as far as there are calls at once to spare.
   *
   * @returns whether it goes on: a narrow one gives way, and others take what it had
   */
  widen(runner: Runner): boolean {
    if (!this.#isSplit) return true;
    const width = Math.min(runner.width + this.#spare, Math.max(runner.width, this.#cap));
    this.#spare += runner.width - width;
    runner.width = width;
    if (width >= this.#cap * leastShare || this.#size === 1) return true;
    this.#spare += width;
    this.#size -= 1;
    runner.width = 0;
    return false;
  }

  /**
   * Makes a runner wider while its lane is under way, where there are calls at once to spare.
   *
   * @returns whether its lane is wide enough to be given more; a narrow one ends, and gives way then
   */
  widenUnderWay(runner: Runner): boolean {
    if (!this.#isSplit) return true;
    const width = Math.min(runner.width + this.#spare, Math.max(runner.width, this.#cap));
    if (width < this.#cap * leastShare && this.#size > 1) return false;
    this.#spare += runner.width - width;
    runner.width = width;
    return true;
  }

  /** Leaves the calls at once of those who wait to those who are under way. */
  pool(): void {
    if (this.#isSplit) this.#giveWay();
  }

  /**
   * Comes back when all have ended, those included who were sent meanwhile.
   *
   * @throws what the first threw that was not cancelled
   */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** Widths of new runners, each as wide as a worker, for so many documents that wait. */
  #shares(waiting: number): number[] {
    const count = Math.min(mostRunners - this.#size, Math.ceil(this.#spare / this.#cap), waiting);
    if (count < 1) return [];
    const spare = this.#spare;
    this.#spare = 0;
    return Array.from({ length: count }, (_, at) => Math.floor((spare + at) / count));
  }

  #giveWay(): void {
    for (const { width } of this.#idle.splice(0)) this.#spare += width;
  }

  #send(runner: Runner): void {
    const running: Promise<void> = this.scope
      .run(() => this.run(runner))
      .then(
        () => {
          if (runner.width > 0) this.#idle.push(runner);
        },
        (reason: unknown) => {
          if (!isCancellation(reason)) this.#failure ??= { reason };
        },
      )
      .then(() => {
        // Whoever has given way is not counted already.
        if (runner.width > 0) this.#size -= 1;
        this.#running.delete(running);
      });
    this.#running.add(running);
  }
}
