import type { Limiters } from '../../model/limiter/index.js';
import type { Line } from '../protocol/frames.js';
import { isContested, sharesOf } from './shares.js';
import type { Demand } from './shares.js';

/** A worker, as far as its room is concerned. */
export interface Roomer {
  demand(line: Line): Demand;
  tellRoom(line: Line, out: number): void;
}

/** Shortest and longest time after which room is looked for again, in milliseconds. */
const looking = { leastMs: 5, mostMs: 1_000 };

/** How long odd room stays where it is while others want it, in milliseconds: longer than whoever has it takes to make use of it. */
const turnMs = 100;

/**
 * Shares out the room of one model's limiters among the workers, whenever it may have changed.
 *
 * RoomKeeper-1. As long as nothing changes but time, a worker is told something new once in `turnMs` at most: what it is told has it
 *     answer, and its answer is looked at again.
 */
export class RoomKeeper {
  readonly #line: Line;
  readonly #limiters: Limiters;
  readonly #roomers: ReadonlySet<Roomer>;
  #cancelTimer = () => {};
  #isDue = false;
  #turn = 0;
  #turnedAtMs = -Infinity;

  constructor(line: Line, limiters: Limiters, roomers: ReadonlySet<Roomer>) {
    this.#line = line;
    this.#limiters = limiters;
    this.#roomers = roomers;
  }

  /** Shares out anew at the end of this round of the event loop. */
  look(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#share();
    });
  }

  stop(): void {
    this.#cancelTimer();
  }

  #share(): void {
    this.#cancelTimer();
    const { clock } = this.#limiters.settings;
    const nowMs = clock.now();
    const roomers = [...this.#roomers];
    const demands = roomers.map((roomer) => roomer.demand(this.#line));
    const room = this.#limiters.room();
    if (nowMs - this.#turnedAtMs >= turnMs) {
      this.#turn += 1;
      this.#turnedAtMs = nowMs;
    }
    const shares = sharesOf(room, demands, this.#turn);
    for (const [at, roomer] of roomers.entries()) roomer.tellRoom(this.#line, shares[at] ?? 0);
    if (!demands.some(({ wants }) => wants > 0)) return;
    const turnsInMs = isContested(room, demands) ? this.#turnedAtMs + turnMs - nowMs : Infinity;
    const waitMs = Math.min(this.#limiters.msUntilRoom(), turnsInMs);
    if (waitMs === Infinity) return;
    const soonMs = Math.min(looking.mostMs, Math.max(looking.leastMs, Math.ceil(waitMs)));
    this.#cancelTimer = clock.after(soonMs, () => this.look());
  }
}
