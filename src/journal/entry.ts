import type { Usage } from '../contract/run.js';

/** A proper answer that has been paid for. */
export interface Entry {
  /** Any JSON value, up to tens of megabytes. */
  answer: unknown;
  usage: Usage;
  /** Model that answered, as the API names it. */
  model: string;
  /** US dollars; `null` where the price is unknown. */
  costUsd: number | null;
  /** Time of the answer, in milliseconds since the epoch. */
  answeredAtMs: number;
  /** The asker that paid for the answer. Finding it again saves this asker nothing. */
  askedBy?: string;
}
