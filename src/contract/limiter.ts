import type { TaskQueue } from './names.js';

/** A limit that the API meters; `tokens` is input and output together. */
export const bucketNames = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const;

/** A limit that the API meters. */
export type BucketName = (typeof bucketNames)[number];

/** How a limiter stands, for people and metrics. */
export interface LimiterSnapshot {
  modelClass: string;
  /** Most calls that may ever be in flight at once in this process. */
  ceiling: number;
  /** Most calls that may be in flight now. */
  cap: number;
  inFlight: number;
  /** Most calls at once that the API is known to take: the level that it has refused, or as many as have been used. */
  learned: number;
  /** Calls of this process that wait to leave; branches in the task queue are not among them. */
  waiting: number;
  /** Calls that left. */
  sent: number;
  /** Calls answered 429. */
  throttled: number;
  /** Calls answered 529. */
  overloaded: number;
  gate: GateState;
  /** What the API's headers told; empty before the first answer. */
  buckets: BucketSnapshot[];
}

/** `until` in milliseconds since the epoch. */
export type GateState =
  | { is: 'open' }
  | { is: 'closed'; until: number; reason: string }
  | { is: 'probing' }
  /** `type` where it is another failure than `SpendLimitReached`. */
  | { is: 'shut'; reason: string; type?: 'Unauthenticated' };

/** How one limit of the API stands. */
export interface BucketSnapshot {
  name: BucketName;
  /** Per minute. */
  limit: number;
  /** Remaining room as far as is known: the last answer's headers, less calls that have left since, plus the refill. */
  remaining: number;
  /** Time when the limit will be full again, in milliseconds since the epoch. */
  refillsAtMs: number;
}

/** A decision of the limiter, for the log. */
export interface Change {
  modelClass: string;
  atMs: number;
  what: 'cap' | 'gate' | 'limits';
  /** A sentence. */
  reason: string;
  cap: number;
}

/** How the limiters of one task queue's calls stand in one worker, by model class. */
export interface QueueLimits {
  taskQueue: TaskQueue;
  limiters: LimiterSnapshot[];
}
