/** Milliseconds for which a prefix counts as cached after its last use: the provider keeps it for five minutes. */
const warmMs = 4.5 * 60_000;

/** One call's part in a shared prefix. */
export interface PrefixPass {
  /** Whether this call warms the cache for the others. */
  leads: boolean;
  /** The answer has begun: the prefix can be read from the cache. */
  begun(): void;
  /** The call is over, however it ended. */
  over(): void;
}

interface Prefix {
  warmUntilMs: number;
  /** Set while a leader is out; settles when others may look again. */
  led: Promise<void> | undefined;
}

/**
 * Lets one call of a shared prompt prefix go ahead and the others follow once the provider can serve them from its cache.
 *
 * PrefixLeaders-1. While a prefix is cold, at most one call of this process with it is out.
 * PrefixLeaders-2. A leader that fails before its answer begins is followed by another.
 * PrefixLeaders-3. No call waits for a warm prefix.
 */
export class PrefixLeaders {
  readonly #prefixes = new Map<string, Prefix>();

  constructor(readonly now: () => number = () => performance.now()) {}

  /** @throws the signal's reason when it aborts */
  async enter(key: string, signal: AbortSignal): Promise<PrefixPass> {
    for (;;) {
      signal.throwIfAborted();
      const prefix = this.#of(key);
      if (prefix.warmUntilMs > this.now()) return this.#follow(prefix);
      if (prefix.led === undefined) return this.#lead(prefix);
      await settledOrAborted(prefix.led, signal);
    }
  }

  #of(key: string): Prefix {
    const known = this.#prefixes.get(key);
    if (known) return known;
    this.#forgetCold();
    const prefix: Prefix = { warmUntilMs: 0, led: undefined };
    this.#prefixes.set(key, prefix);
    return prefix;
  }

  #follow(prefix: Prefix): PrefixPass {
    // Reading renews the provider's time.
    const renew = () => {
      prefix.warmUntilMs = this.now() + warmMs;
    };
    return { leads: false, begun: renew, over: () => {} };
  }

  #lead(prefix: Prefix): PrefixPass {
    let letGo = () => {};
    prefix.led = new Promise((resolve) => {
      letGo = () => {
        prefix.led = undefined;
        resolve();
        letGo = () => {};
      };
    });
    return {
      leads: true,
      begun: () => {
        prefix.warmUntilMs = this.now() + warmMs;
        letGo();
      },
      over: () => letGo(),
    };
  }

  #forgetCold(): void {
    for (const [key, { warmUntilMs, led }] of this.#prefixes) {
      if (led === undefined && warmUntilMs <= this.now()) this.#prefixes.delete(key);
    }
  }
}

function settledOrAborted(led: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void led.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
