import { formatDuration } from '../../contract/duration.js';
import { Stalled } from './stalled.js';

/** Milliseconds. */
export interface WatchdogSettings {
  /** Longest wait for the beginning of a streamed answer: reading a full context takes a model the better part of it. */
  firstByteMs: number;
  /** Longest pause inside one; pings do not count. */
  idleMs: number;
  /** Slowest that a model is thought to write, for answers that come whole. */
  perTokenMs: number;
}

export const watchdogDefaults: WatchdogSettings = { firstByteMs: 120_000, idleMs: 60_000, perTokenMs: 50 };

/** Ends a call whose answer does not begin, or does not go on. The branch's deadline ends one that takes too long on the whole. */
export class Watchdog {
  readonly #settings: WatchdogSettings;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout;
  /** Why the call was ended, if it was. */
  stalled: Stalled | undefined;

  /** @param wholeTokens most tokens of an answer that comes whole: its beginning says nothing before its end */
  constructor(settings: WatchdogSettings, wholeTokens?: number) {
    this.#settings = settings;
    const { firstByteMs, perTokenMs } = settings;
    this.#timer =
      wholeTokens === undefined
        ? this.#arm(firstByteMs, 'The answer did not begin')
        : this.#arm(firstByteMs + wholeTokens * perTokenMs, 'The answer did not come');
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The answer has grown. */
  progress(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#arm(this.#settings.idleMs, 'The answer stopped growing, and nothing more came');
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.stalled = new Stalled(`${what} within ${formatDuration(ms)}.`);
      this.#abort.abort(this.stalled);
    }, ms);
  }
}
