import type { Limiters } from '../../model/limiter/index.js';
import type { Line } from '../protocol/frames.js';
import { sharesOf } from './shares.js';
import type { Demand } from './shares.js';

/** A worker, as far as its room is concerned. */
export interface Roomer {
  demand(line: Line): Demand;
  tellRoom(line: Line, out: number): void;
}

/** Shortest and longest time after which room is looked for again, in milliseconds. */
const looking = { leastMs: 5, mostMs: 1_000 };

/** Shares out the room of one model's limiters among the workers, whenever it may have changed. */
export class RoomKeeper {
  readonly #line: Line;
  readonly #limiters: Limiters;
  readonly #roomers: ReadonlySet<Roomer>;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  #turn = 0;

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
    clearTimeout(this.#timer);
  }

  #share(): void {
    clearTimeout(this.#timer);
    const roomers = [...this.#roomers];
    const demands = roomers.map((roomer) => roomer.demand(this.#line));
    const shares = sharesOf(this.#limiters.room(), demands, this.#turn);
    for (const [at, roomer] of roomers.entries()) roomer.tellRoom(this.#line, shares[at] ?? 0);
    if (!demands.some(({ wants }) => wants > 0)) return;
    this.#turn += 1;
    const waitMs = this.#limiters.msUntilRoom();
    if (waitMs === Infinity) return;
    const soonMs = Math.min(looking.mostMs, Math.max(looking.leastMs, Math.ceil(waitMs)));
    this.#timer = setTimeout(() => this.look(), soonMs);
  }
}
