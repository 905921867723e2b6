import type { Share } from '../../src/contract/priority.js';
import { isTooMuch, keptOf } from './kept.js';
import type { Seat, Turns } from '../../src/model/limiter/index.js';

/** What a lane takes turns from: those of its process, or none where nothing limits its calls. */
export type LaneTurns = Pick<
  Turns,
  'join' | 'leave' | 'look' | 'ended' | 'resumed' | 'surplus' | 'gaveBack' | 'gaveUp' | 'isOfNoUse' | 'cap'
>;

/** How long before it may run dry a lane asks for more, in milliseconds: what a workflow takes to answer, several times over. */
const askAheadMs = 500;

/** More for a lane that is under way. */
export interface MoreToDo {
  places: readonly number[];
  /** Most calls at once from now on. */
  width: number;
}

/** What a lane gives up while it is under way. */
export interface GivenBack {
  /** Places of documents that it has not begun and will not begin. */
  places: number[];
  /** Most calls at once that it still makes. */
  width: number;
  /** Most calls at once of its worker, as things stand: another such worker has use for a lane as wide. */
  cap: number;
}

/**
 * The branches of a lane: begun in order, as its width and the limiter of its process let them.
 *
 * LaneBranches-1. Each place is begun once, handed back once, or left.
 * LaneBranches-2. None is begun while `width` are open.
 * LaneBranches-3. While more is on its way it does not end, unless nothing more is to be begun.
 * LaneBranches-4. A lane keeps what it can begin soon: see `kept.ts`. What it hands back it never begins.
 */
export class LaneBranches implements Seat {
  readonly turns: LaneTurns;
  readonly share: Share;
  readonly #places: number[];
  #next = 0;
  readonly #underWay = new Set<number>();
  #width: number;
  #run: (place: number) => Promise<boolean> = () => Promise.resolve(true);
  #end: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  /** Branches that have told how long one takes, and how long they took. */
  #timed = 0;
  #tookMs = 0;
  #coming = 0;
  #isGivenUp = false;
  #thinned = () => {};

  /** @param over aborted when no further branch is to be begun */
  constructor(
    places: readonly number[],
    width: number,
    taking: { turns: LaneTurns; share: Share },
    readonly over: readonly (AbortSignal | undefined)[],
  ) {
    this.#places = [...places];
    this.#width = width;
    this.turns = taking.turns;
    this.share = taking.share;
  }

  get wanted(): number {
    return this.#isOver ? 0 : Math.max(0, Math.min(this.#width - this.#underWay.size, this.left));
  }

  get allowed(): number {
    return Math.min(this.#width, this.#underWay.size + this.left);
  }

  /** Places of documents whose branches are under way, in ascending order. */
  get underWay(): number[] {
    return [...this.#underWay].toSorted((one, other) => one - other);
  }

  /** Documents that it has not begun. */
  get left(): number {
    return this.#places.length - this.#next;
  }

  /** Places of documents that it has neither begun nor handed back. */
  get unbegun(): number[] {
    return this.#places.slice(this.#next);
  }

  /** Whether it will soon have nothing to begin. */
  get isThin(): boolean {
    if (this.#isOver) return false;
    const { paceMs } = this;
    const soon =
      paceMs === undefined ? this.#width - this.#underWay.size : (this.#width * askAheadMs) / Math.max(1, paceMs);
    return this.left <= Math.min(soon, 2 * this.#width);
  }

  /** Calls `listener` each time that it has fewer to begin than before, or room for more. */
  onThinned(listener: () => void): void {
    this.#thinned = listener;
  }

  /** Milliseconds that a branch takes; `undefined` until one has told. */
  get paceMs(): number | undefined {
    return this.#timed === 0 ? undefined : Math.round(this.#tookMs / this.#timed);
  }

  /**
   * Runs them.
   *
   * @param run resolves to whether the time that it took tells how long others take
   * @returns the places that were not begun because nothing more was to be
   * @throws what the first branch threw
   */
  async run(run: (place: number) => Promise<boolean>): Promise<number[]> {
    this.#run = run;
    const stop = () => this.#endIfOver();
    for (const signal of this.over) signal?.addEventListener('abort', stop);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#end = { resolve, reject };
        this.turns.join(this);
        this.#thinned();
        this.#endIfOver();
      });
    } finally {
      this.turns.leave(this);
      for (const signal of this.over) signal?.removeEventListener('abort', stop);
    }
    return this.#places.slice(this.#next);
  }

  begin(): void {
    const place = this.#places[this.#next] as number;
    this.#next += 1;
    this.#underWay.add(place);
    const begunAt = performance.now();
    this.#run(place)
      .then((tells) => {
        if (!tells) return;
        this.#timed += 1;
        this.#tookMs += performance.now() - begunAt;
      })
      .finally(() => {
        this.#underWay.delete(place);
        this.turns.ended();
      })
      .then(
        () => {
          this.#thinned();
          this.#endIfOver();
        },
        (failure: unknown) => this.#end?.reject(failure),
      );
  }

  /** Takes on what comes, if something does; it never rejects. */
  async takeOn(coming: Promise<MoreToDo | undefined>): Promise<void> {
    this.#coming += 1;
    const more = await coming.catch(() => undefined);
    this.#coming -= 1;
    if (more !== undefined) {
      this.#places.push(...more.places);
      this.#width = more.width;
      this.turns.look();
    }
    this.#endIfOver();
  }

  /** Gives up what other workers would begin sooner; `undefined` where there is nothing of the kind. */
  handBack(): GivenBack | undefined {
    // What comes has been measured by the width of now.
    if (this.#isOver || this.#coming > 0) return undefined;
    if (this.#underWay.size === 0 && this.left > 0 && this.turns.isOfNoUse(this)) return this.#giveUp();
    const surplus = Math.max(0, Math.min(this.turns.surplus(this), this.#width - 1));
    const standing = { width: this.#width - surplus, left: this.left, paceMs: this.paceMs };
    if (surplus === 0 && !isTooMuch(standing)) return undefined;
    this.turns.gaveBack(surplus);
    this.#width -= surplus;
    const kept = Math.min(keptOf(standing, surplus > 0), this.#shareOf(this.#width / (this.#width + surplus)));
    const places = this.#places.splice(Math.min(this.#places.length, this.#next + kept));
    this.#endIfOver();
    return { places, width: this.#width, cap: this.turns.cap };
  }

  /** Ends with all that it has not begun, which goes to another lane. */
  #giveUp(): undefined {
    this.#isGivenUp = true;
    this.turns.gaveUp(this.#width);
    this.#endIfOver();
  }

  /** Documents not begun that it keeps where it keeps that part of its calls at once: the others go along with theirs, and wait for none of these. */
  #shareOf(part: number): number {
    return Math.max(0, Math.ceil((this.#underWay.size + this.left) * part) - this.#underWay.size);
  }

  /** Whether it has ended without a turn, so that what it has goes to another lane. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  get #isOver(): boolean {
    return this.#isGivenUp || this.over.some((signal) => signal?.aborted);
  }

  #endIfOver(): void {
    const hasDone = this.#next >= this.#places.length && this.#coming === 0;
    if (this.#underWay.size === 0 && (this.#isOver || hasDone)) this.#end?.resolve();
  }
}

/** Turns where nothing limits the calls: a lane begins what its width lets it. */
export function unlimitedTurns(): LaneTurns {
  const seats = new Set<Seat>();
  const look = () => {
    for (const seat of seats) while (seat.wanted > 0) seat.begin();
  };
  return {
    join: (seat) => {
      seats.add(seat);
      look();
    },
    leave: (seat) => void seats.delete(seat),
    look,
    ended: look,
    resumed: () => {},
    cap: Infinity,
    surplus: () => 0,
    gaveBack: () => {},
    gaveUp: () => {},
    isOfNoUse: () => false,
  };
}
