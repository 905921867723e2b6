import { eitherSignal } from '../../network/index.js';
import type { ModelMessage } from './message.js';

/** Answered siblings that it takes to call a branch slow. */
const enough = 5;
/** Bounds of slowness: a slow call takes `factor` times as long as three quarters of its siblings did. */
const quantile = 0.75;
const factor = 1.5;
/** Most second calls, as a share of first calls: hedging is for the few (Dean, Barroso, "The Tail at Scale", CACM 2013). */
const mostShare = 0.1;
/** Latencies of a run that are remembered, and runs. */
const window = 200;
const mostRuns = 100;

/** Calls of one run, as far as this process knows. */
interface Siblings {
  latenciesMs: number[];
  calls: number;
  hedges: number;
}

/** Decides when a second call may race a slow first one, by how long its siblings of the same run took. */
export class Hedges {
  readonly #runs = new Map<string, Siblings>();

  constructor(readonly now: () => number = () => performance.now()) {}

  /** Takes in that a first call leaves. */
  began(run: string): void {
    this.#of(run).calls += 1;
  }

  answered(run: string, latencyMs: number): void {
    const { latenciesMs } = this.#of(run);
    latenciesMs.push(latencyMs);
    if (latenciesMs.length > window) latenciesMs.shift();
  }

  /** Milliseconds after which a call is slow; `undefined` while that is not known. */
  slowAfterMs(run: string): number | undefined {
    const { latenciesMs } = this.#of(run);
    if (latenciesMs.length < enough) return undefined;
    const sorted = latenciesMs.toSorted((left, right) => left - right);
    return (sorted[Math.ceil(sorted.length * quantile) - 1] ?? 0) * factor;
  }

  /** Takes one second call out of the run's share; `false` where there is none left. */
  take(run: string): boolean {
    const siblings = this.#of(run);
    if (siblings.hedges + 1 > Math.max(1, Math.floor(siblings.calls * mostShare))) return false;
    siblings.hedges += 1;
    return true;
  }

  /** A second call that was taken did not leave. */
  putBack(run: string): void {
    this.#of(run).hedges -= 1;
  }

  #of(run: string): Siblings {
    const known = this.#runs.get(run);
    if (known) return known;
    const [oldest] = this.#runs.keys();
    if (this.#runs.size >= mostRuns && oldest !== undefined) this.#runs.delete(oldest);
    const siblings: Siblings = { latenciesMs: [], calls: 0, hedges: 0 };
    this.#runs.set(run, siblings);
    return siblings;
  }
}

export interface Race {
  hedges: Hedges;
  run: string;
  signal: AbortSignal;
  /** Whether an answer is proper; if not, the other call goes on. */
  isProper: (message: ModelMessage) => boolean | Promise<boolean>;
  /** Whether a second call can be paid for. */
  maySecond: () => boolean;
  /** @throws where a second call cannot leave at once, too */
  call: (signal: AbortSignal, isSecond: boolean) => Promise<ModelMessage>;
}

/** Milliseconds between two looks whether a call has become slow: siblings end meanwhile. */
const lookEveryMs = 25;

/**
 * Makes a call, and a second beside it when the first turns out slow. The first proper answer wins, and the other call is cut.
 *
 * Hedge-1. At most two calls are open.
 * Hedge-2. When this returns or throws, no call is open.
 *
 * @throws what the first call threw, where neither has a proper answer
 */
export async function race({ hedges, run, signal, isProper, maySecond, call }: Race): Promise<ModelMessage> {
  const losers = new AbortController();
  const either = eitherSignal(signal, losers.signal);
  const startedAt = hedges.now();
  hedges.began(run);
  const timed = async (isSecond: boolean) => {
    const beganAt = hedges.now();
    const message = await call(either.signal, isSecond);
    hedges.answered(run, hedges.now() - beganAt);
    if (!(await isProper(message))) throw new NotProper(message);
    return message;
  };
  const first = timed(false);
  const watch = new Watch(first);
  const second = (async () => {
    for (;;) {
      const slow = await watch.slow(() => hedges.now() - startedAt > (hedges.slowAfterMs(run) ?? Infinity));
      if (!slow || !maySecond() || !hedges.take(run)) throw noSecond;
      try {
        return await timed(true);
      } catch (error) {
        if (!isUnsent(error)) throw error;
        hedges.putBack(run);
      }
    }
  })();
  try {
    return await Promise.any([first, second]);
  } catch {
    return await properOrNot(first);
  } finally {
    losers.abort();
    await Promise.allSettled([first, second]);
    either.letGo();
  }
}

const noSecond = new Error('No second call was made.');

function isUnsent(error: unknown): boolean {
  return error instanceof Error && error.name === 'TurnedAway';
}

/** An answer that is not ok. It has been paid for, and stands where there is no better. */
class NotProper extends Error {
  constructor(readonly answer: ModelMessage) {
    super('The answer is not ok.');
  }
}

async function properOrNot(first: Promise<ModelMessage>): Promise<ModelMessage> {
  return first.catch((error: unknown) => {
    if (error instanceof NotProper) return error.answer;
    throw error;
  });
}

/** Watches a call until it has ended. */
class Watch {
  readonly #end: Promise<unknown>;
  #ended = false;

  constructor(call: Promise<unknown>) {
    const ended = () => {
      this.#ended = true;
    };
    this.#end = call.then(ended, ended);
  }

  /** Whether the call has become slow; `false` when it ends before. */
  async slow(isSlow: () => boolean): Promise<boolean> {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const look = new Promise((resolve) => {
        timer = setTimeout(resolve, lookEveryMs);
      });
      await Promise.race([this.#end, look]);
      clearTimeout(timer);
      if (this.#ended) return false;
      if (isSlow()) return true;
    }
  }
}
