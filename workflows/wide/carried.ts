import type { Known } from '../../src/contract/known.js';
import type { Blob, FailedRanges, Tally } from '../../src/contract/lanes.js';
import type { LaneQueue } from './lane-queue.js';

/**
 * The state that a run takes along when it continues as new. `batches` holds the reports: older histories have them by this name.
 */
export interface Carried {
  queue: LaneQueue['carried'];
  batches: Blob[];
  tally: Tally;
  startedAtMs: number;
  lanes: number;
  failed?: FailedRanges;
}

/** What the input of a run has for this. */
export interface Resumable {
  searchable?: boolean;
  known?: Known;
  carried?: unknown;
}
