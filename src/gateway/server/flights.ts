import type { LayerQuestion, Paid, Purse } from '../../model/layer/index.js';
import { withinTrace } from '../protocol/trace.js';
import type { Trace } from '../protocol/trace.js';
import type { Done, Orphan } from '../protocol/frames.js';
import { noCounts } from './counts.js';
import type { Counts } from './counts.js';
import { Flight } from './flight.js';
import type { FlightSettings, Passenger } from './flight.js';

/** How long an answer is kept whose asker went away, for the asker's successor, in milliseconds. */
const keptMs = 10 * 60_000;
/** Most answers that are kept so. Proper ones are in the journal besides. */
const mostKept = 1_000;

export interface Asked {
  question: LayerQuestion;
  remainingMs: number;
  purse?: Purse | undefined;
  /** The asker's span. */
  trace?: Trace | undefined;
}

/** A passenger's place on a flight. */
export interface Seat {
  flight: Flight;
  /** The passenger is gone without a word. */
  lose(): void;
}

/**
 * The questions that are on their way.
 *
 * Flights-1. A branch that asks the same again, as the next try of one whose worker is gone, joins the flight of its first.
 * Flights-2. The end of a flight that nobody waited for is given to the branch when it asks again.
 * Flights-3. Branches that ask the same of their own accord are not joined here: the journal sees to that.
 */
export class Flights {
  readonly #settings: FlightSettings;
  readonly #keyOf: (question: LayerQuestion) => Promise<string>;
  readonly #open = new Map<string, Flight>();
  readonly #kept = new Map<string, { done: Done; atMs: number }>();
  readonly #idle: (() => void)[] = [];

  /** @param keyOf the journal's key of a question */
  constructor(
    settings: FlightSettings,
    keyOf: (question: LayerQuestion) => Promise<string>,
    readonly counts: Counts = noCounts(),
  ) {
    this.#settings = settings;
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether the end of a flight waits for a branch that went away, and its answer is in no journal. */
  get hasKept(): boolean {
    for (const { done, atMs } of this.#kept.values())
      if (Date.now() - atMs < keptMs && done.paid !== undefined && !isJournaled(done.paid)) return true;
    return false;
  }

  /** Those whose calls are under way though nobody waits for them. */
  orphans(): Orphan[] {
    return [...this.#open.values()].flatMap(({ passengers, isCut, question: { asker, origin } }) =>
      passengers === 0 && !isCut && origin !== undefined ? [{ asker, origin }] : [],
    );
  }

  /** Resolves when no flight is under way. */
  ended(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /**
   * @returns the passenger's seat; `undefined` where the answer was there, and the passenger has been told
   * @throws FanfoldError `NoApiKey`
   */
  async ask(
    { question, remainingMs, purse, trace }: Asked,
    client: string,
    passenger: Passenger,
  ): Promise<Seat | undefined> {
    this.counts.questions += 1;
    const name = `${await this.#keyOf(question)} ${question.asker}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) {
      this.#kept.delete(name);
      if (Date.now() - kept.atMs < keptMs && isNewEnough(kept.atMs, question)) {
        this.counts.joined += 1;
        passenger.done(asOwn(kept.done));
        return undefined;
      }
    }
    const open = this.#open.get(name);
    if (open !== undefined && !open.isCut) {
      this.counts.joined += 1;
      const lose = open.board(rejoining(passenger), remainingMs);
      passenger.rejoined();
      return { flight: open, lose };
    }
    const flight = new Flight(question, client, remainingMs, purse, this.#settings);
    const lose = flight.board(passenger, remainingMs);
    this.#open.set(name, flight);
    // Calls are spans below that of whoever asked first.
    void withinTrace(trace, () => flight.fly()).then((done) => this.#landed(name, flight, done));
    return { flight, lose };
  }

  /** Cuts what a branch has asked, unless somebody waits for it. */
  cutAsker(asker: string): void {
    for (const flight of this.#open.values())
      if (flight.question.asker === asker && flight.passengers === 0) flight.cut();
  }

  #landed(name: string, flight: Flight, done: Done): void {
    if (this.#open.get(name) === flight) this.#open.delete(name);
    if (done.paid !== undefined && done.paid.from !== 'api') this.counts.journalHits += 1;
    if (flight.passengers === 0 && done.paid !== undefined) this.#keep(name, done);
    if (this.#open.size === 0) for (const tell of this.#idle.splice(0)) tell();
  }

  #keep(name: string, done: Done): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= mostKept && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, { done, atMs: Date.now() });
  }
}

function isNewEnough(atMs: number, { notBeforeMs = -Infinity }: LayerQuestion): boolean {
  return atMs >= notBeforeMs;
}

/** Whether the journal has it: it keeps answers that came to their end. */
function isJournaled({ message: { stopReason } }: Paid): boolean {
  return stopReason === 'end_turn' || stopReason === 'tool_use';
}

/** An end as it is told to the next try of the same branch: an earlier one had paid. */
function asOwn(done: Done): Done {
  const { paid } = done;
  if (paid === undefined || paid.from !== 'api') return { ...done, rejoined: true };
  return { ...done, paid: { ...paid, from: 'own' }, rejoined: true };
}

function rejoining(passenger: Passenger): Passenger {
  return {
    waits: (on, isUnasked) => passenger.waits(on, isUnasked),
    joined: (on) => passenger.joined(on),
    rejoined: () => passenger.rejoined(),
    moved: () => passenger.moved(),
    said: (text) => passenger.said(text),
    done: (done) => passenger.done(asOwn(done)),
  };
}
