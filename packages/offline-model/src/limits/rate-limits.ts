import { ApiFailure } from '../http/api-failure.js';
import { TokenBucket } from './token-bucket.js';

/** Limits of each model class, as an organisation has them. */
export interface Limits {
  /** Default 1,000,000: as good as none. */
  requestsPerMinute?: number;
  /** Uncached input, cache writes included; cache reads do not count. Default 1,000,000,000. */
  inputTokensPerMinute?: number;
  /** What is really generated; `max_tokens` does not count. Default 1,000,000,000. */
  outputTokensPerMinute?: number;
  /** How much of a limit may be used at once, in milliseconds of it: 1,000 enforces 60 a minute as 1 a second. Default 60,000. */
  burstMs?: number;
  /** Calls in flight at once; more get a 429 that no header foretells. Default: any number. */
  concurrency?: number;
}

const limitDefaults = {
  requestsPerMinute: 1_000_000,
  inputTokensPerMinute: 1_000_000_000,
  outputTokensPerMinute: 1_000_000_000,
  burstMs: 60_000,
  concurrency: Infinity,
} as const satisfies Required<Limits>;

interface Buckets {
  requests: TokenBucket;
  input: TokenBucket;
  output: TokenBucket;
}

/** The limits of an organisation at work: one set of buckets a model class. */
export class RateLimits {
  readonly #limits: Required<Limits>;
  readonly #classes = new Map<string, Buckets>();

  constructor(
    limits: Limits = {},
    readonly now: () => number = Date.now,
  ) {
    this.#limits = { ...limitDefaults, ...limits };
  }

  /**
   * Takes a call's request and input from the buckets, or nothing at all.
   *
   * @param open calls in flight, this one included
   * @throws ApiFailure 429 with `retry-after`
   */
  admit(modelClass: string, inputTokens: number, open: number): void {
    if (open > this.#limits.concurrency) {
      throw new ApiFailure(
        429,
        'rate_limit_error',
        'Number of concurrent connections has exceeded your rate limit. Please try again later.',
      );
    }
    const buckets = this.#of(modelClass);
    const waits = [
      { limit: `${this.#limits.requestsPerMinute} requests`, ms: buckets.requests.msUntil(1) },
      { limit: `${this.#limits.inputTokensPerMinute} input tokens`, ms: buckets.input.msUntil(inputTokens) },
      { limit: `${this.#limits.outputTokensPerMinute} output tokens`, ms: buckets.output.msUntil(1) },
    ];
    const longest = waits.reduce((left, right) => (right.ms > left.ms ? right : left));
    if (longest.ms > 0) {
      throw new ApiFailure(
        429,
        'rate_limit_error',
        `This request would exceed your organization's rate limit of ${longest.limit} per minute.`,
        {
          'retry-after': String(Math.max(1, Math.ceil(longest.ms / 1_000))),
        },
      );
    }
    buckets.requests.take(1);
    buckets.input.take(inputTokens);
  }

  /** Takes what was generated; the next call waits for the debt. */
  generated(modelClass: string, outputTokens: number): void {
    this.#of(modelClass).output.take(outputTokens);
  }

  headers(modelClass: string): Record<string, string> {
    const { requests, input, output } = this.#of(modelClass);
    const { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute } = this.#limits;
    return {
      ...this.#describe('requests', requestsPerMinute, Math.floor(Math.max(0, requests.level)), [requests]),
      ...this.#describe('input-tokens', inputTokensPerMinute, thousands(input.level), [input]),
      ...this.#describe('output-tokens', outputTokensPerMinute, thousands(output.level), [output]),
      ...this.#describe(
        'tokens',
        inputTokensPerMinute + outputTokensPerMinute,
        thousands(input.level) + thousands(output.level),
        [input, output],
      ),
    };
  }

  #describe(name: string, limit: number, remaining: number, buckets: TokenBucket[]): Record<string, string> {
    const fullInMs = Math.max(...buckets.map((bucket) => bucket.msUntil(bucket.capacity)));
    return {
      [`anthropic-ratelimit-${name}-limit`]: String(limit),
      [`anthropic-ratelimit-${name}-remaining`]: String(remaining),
      [`anthropic-ratelimit-${name}-reset`]: `${new Date(this.now() + fullInMs).toISOString().slice(0, 19)}Z`,
    };
  }

  #of(modelClass: string): Buckets {
    const known = this.#classes.get(modelClass);
    if (known) return known;
    const bucket = (perMinute: number) =>
      new TokenBucket(Math.max(1, (perMinute * this.#limits.burstMs) / 60_000), perMinute, this.now);
    const buckets: Buckets = {
      requests: bucket(this.#limits.requestsPerMinute),
      input: bucket(this.#limits.inputTokensPerMinute),
      output: bucket(this.#limits.outputTokensPerMinute),
    };
    this.#classes.set(modelClass, buckets);
    return buckets;
  }
}

function thousands(level: number): number {
  return Math.max(0, Math.round(level / 1_000) * 1_000);
}
