import { RateBucket } from './rate-bucket.js';
import { readRateHeaders } from './rate-headers.js';
import type { HeadersLike } from './rate-headers.js';
import { bucketNames } from '../../contract/limiter.js';
import type { BucketName, BucketSnapshot } from '../../contract/limiter.js';
import type { Tokens } from './token-estimates.js';

/** A call's share of the buckets that there were when it left, and how much had left before it. */
export type Charges = ReadonlyMap<BucketName, { cost: number; takenBefore: number }>;

/** All limits of one model class. Before the first headers there are none, and nothing is paced. */
export class Pacing {
  readonly #buckets = new Map<BucketName, RateBucket>();

  /** @param random from 0 to below 1 */
  constructor(readonly random: () => number) {}

  /** Milliseconds until a call may leave; 0: now. */
  msUntil(tokens: Tokens, usual: Tokens, nowMs: number): number {
    return Math.max(
      0,
      ...this.#entries().map(([name, bucket]) => bucket.msUntil(costOf(name, tokens), costOf(name, usual), nowMs)),
    );
  }

  /** Number of average calls that may leave within so many milliseconds. */
  room(usual: Tokens, withinMs: number, nowMs: number): number {
    return Math.min(
      Infinity,
      ...this.#entries().map(([name, bucket]) => bucket.room(costOf(name, usual), withinMs, nowMs)),
    );
  }

  /** Whether the API's limits are known, and let another average call leave now. */
  hasRoom(usual: Tokens, nowMs: number): boolean {
    return this.#buckets.size > 0 && this.room(usual, 0, nowMs) >= 1;
  }

  take(tokens: Tokens, nowMs: number): Charges {
    const spread = 0.5 + this.random();
    return new Map(
      this.#entries().map(([name, bucket]) => {
        const cost = costOf(name, tokens);
        const takenBefore = bucket.taken;
        bucket.take(cost, spread, nowMs);
        return [name, { cost, takenBefore }];
      }),
    );
  }

  /** @param tokens what the call really took; `undefined`: nothing, not even a request */
  settle(charges: Charges, tokens: Tokens | undefined, nowMs: number): void {
    for (const [name, { cost }] of charges) {
      this.#buckets.get(name)?.correct((tokens === undefined ? 0 : costOf(name, tokens)) - cost, nowMs);
    }
  }

  /**
   * Takes in the headers of an answer.
   *
   * @param leftAtMs when its call left
   * @returns the limits that are new or have changed
   */
  read(headers: HeadersLike, charges: Charges, leftAtMs: number, nowMs: number): BucketName[] {
    const changed: BucketName[] = [];
    for (const [name, reading] of readRateHeaders(headers, nowMs)) {
      const bucket = this.#buckets.get(name);
      if (bucket?.limit !== reading.limit) changed.push(name);
      if (bucket === undefined) this.#buckets.set(name, new RateBucket(reading, nowMs));
      else bucket.read(reading, this.#takenSince(name, bucket, charges), nowMs - leftAtMs, nowMs);
    }
    return changed;
  }

  /** Whether a refusal is explained by a limit that has no room left for the call. */
  explains(headers: HeadersLike, tokens: Tokens, nowMs: number): boolean {
    return [...readRateHeaders(headers, nowMs)].some(
      ([name, { remaining, roundedBy }]) => remaining - roundedBy < costOf(name, tokens),
    );
  }

  snapshot(nowMs: number): BucketSnapshot[] {
    return this.#entries().map(([name, bucket]) => ({
      name,
      limit: bucket.limit,
      remaining: Math.max(0, Math.floor(bucket.level(nowMs))),
      refillsAtMs: nowMs + bucket.msUntilFull(nowMs),
    }));
  }

  #entries(): [BucketName, RateBucket][] {
    return bucketNames.flatMap((name) => {
      const bucket = this.#buckets.get(name);
      return bucket === undefined ? [] : [[name, bucket] as [BucketName, RateBucket]];
    });
  }

  #takenSince(name: BucketName, bucket: RateBucket, charges: Charges): number {
    const charge = charges.get(name);
    return charge === undefined ? 0 : bucket.taken - charge.takenBefore - charge.cost;
  }
}

function costOf(name: BucketName, { input, output }: Tokens): number {
  switch (name) {
    case 'requests':
      return 1;
    case 'input-tokens':
      return input;
    case 'output-tokens':
      return output;
    case 'tokens':
      return input + output;
  }
}
