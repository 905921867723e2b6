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
  /** When the answer was there, in milliseconds since the epoch. */
  answeredAtMs: number;
  /** Who paid for it: finding it again, the same asker has it and has saved nothing. */
  askedBy?: string;
}
