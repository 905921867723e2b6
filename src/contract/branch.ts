import type { Stored } from './stored.js';
import type { Branch } from './run.js';

/** The place of a branch in its run, and since when it has been waiting (milliseconds since the epoch). */
export interface Place {
  key: string;
  index: number;
  queuedAtMs: number;
}

/** A branch whose output may still be a reference. */
export type StoredBranch = Omit<Branch, 'output'> & {
  output?: Stored<unknown>;
  /** US dollars not spent because the answer was already there. */
  savedUsd: number;
  /** US dollars that the provider's prompt cache saved; absent in runs of older versions. */
  cacheSavedUsd?: number;
  /** US dollars that lost calls may have cost beyond `costUsd`. */
  lostUsd?: number;
};
