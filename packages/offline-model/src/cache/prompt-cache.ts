import { LRUCache } from 'lru-cache';
import type { Prefix } from './prefixes.js';

/** How the input of one request divides. Tokens. */
export interface CacheShare {
  /** Neither read nor written. */
  uncached: number;
  read: number;
  written5m: number;
  written1h: number;
  /** To be called when the response begins: only then do others find the prefix. */
  begin(): void;
}

// A breakpoint finds what was written up to so many blocks before it.
const lookback = 20;
const mostEntries = 10_000;
const ttlMs = { '5m': 300_000, '1h': 3_600_000 } as const;

type Ttl = keyof typeof ttlMs;

/**
 * The prompt cache.
 *
 * PromptCache-1. A prefix is found only once a response that wrote it has begun: concurrent cold calls all write.
 * PromptCache-2. Reading a prefix renews its time.
 * PromptCache-3. A prefix shorter than the model's minimum is silently not cached.
 */
export class PromptCache {
  /** By hash, which lifetime a prefix was written with. */
  readonly #kept: LRUCache<string, Ttl>;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    // Its clock is asked each time: by default it may be a millisecond old.
    this.#kept = new LRUCache({ max: mostEntries, ttl: ttlMs['5m'], ttlResolution: 0, perf: { now } });
  }

  share(prefixes: readonly Prefix[], minTokens: number): CacheShare {
    const breakpoints = prefixes.flatMap((prefix, index) =>
      prefix.ttl && prefix.tokens >= minTokens ? [{ prefix, index, ttl: prefix.ttl }] : [],
    );
    const found = this.#longestKnown(
      prefixes,
      breakpoints.map(({ index }) => index),
    );
    const read = found?.tokens ?? 0;
    const written = { '5m': 0, '1h': 0 };
    let upTo = read;
    for (const { prefix, ttl } of breakpoints) {
      if (prefix.tokens <= upTo) continue;
      written[ttl] += prefix.tokens - upTo;
      upTo = prefix.tokens;
    }
    return {
      uncached: (prefixes.at(-1)?.tokens ?? 0) - upTo,
      read,
      written5m: written['5m'],
      written1h: written['1h'],
      begin: () => {
        for (const { prefix, ttl } of breakpoints) this.#keep(prefix.hash, ttl);
      },
    };
  }

  #longestKnown(prefixes: readonly Prefix[], breakpoints: readonly number[]): Prefix | undefined {
    for (const breakpoint of breakpoints.toReversed()) {
      for (let index = breakpoint; index >= 0 && index > breakpoint - lookback; index -= 1) {
        const prefix = prefixes[index];
        const ttl = prefix && this.#kept.get(prefix.hash);
        if (!prefix || !ttl) continue;
        this.#keep(prefix.hash, ttl);
        return prefix;
      }
    }
    return undefined;
  }

  #keep(hash: string, ttl: Ttl): void {
    this.#kept.set(hash, ttl, { ttl: ttlMs[ttl] });
  }
}
