import type { LiveCall } from '../calls/call-log.js';
import type { CallRecord } from '../calls/call-record.js';
import { forever } from '../http/pause.js';
import { compileMatch } from './match-call.js';
import type { CallMatch } from './rule.js';

/** Calls held back before their answer. */
export interface Hold {
  /** Calls that it has stopped, in order of arrival. */
  readonly waiting: readonly CallRecord[];
  /** Lets the first `count` waiting calls go on; without `count` it ends for good. */
  release(count?: number): void;
}

interface Held {
  call: LiveCall;
  go(): void;
}

/** The holds of a server. A call waits at each one that is closed and matches it. */
export class Holds {
  readonly #holds: { matches: ReturnType<typeof compileMatch>; held: Held[]; open: boolean }[] = [];

  /** @param changed called whenever somebody starts to wait */
  constructor(readonly changed: () => void) {}

  hold(match: CallMatch | undefined): Hold {
    const hold = { matches: compileMatch(match), held: [] as Held[], open: false };
    this.#holds.push(hold);
    return {
      get waiting() {
        return hold.held.map(({ call }) => call.record);
      },
      release: (count) => {
        if (count === undefined) hold.open = true;
        for (const { go } of hold.held.splice(0, count ?? hold.held.length)) go();
      },
    };
  }

  /** @throws Hangup when the connection ends first */
  async pass(call: LiveCall, signal: AbortSignal): Promise<void> {
    for (const hold of this.#holds) {
      if (hold.open || !hold.matches(call.record, call.texts)) continue;
      await Promise.race([this.#wait(hold.held, call, signal), forever(signal)]);
    }
  }

  #wait(held: Held[], call: LiveCall, signal: AbortSignal): Promise<void> {
    return new Promise((go) => {
      const waiting = { call, go };
      held.push(waiting);
      this.changed();
      // At once, not when the race is over: whoever sees the call end must not see it waiting.
      signal.addEventListener('abort', () => {
        const at = held.indexOf(waiting);
        if (at >= 0) held.splice(at, 1);
        this.changed();
      });
    });
  }
}
