import type { Known } from '../../src/contract/known.js';
import type { Blob, Chunk, FailedRanges, Tally } from '../../src/contract/lanes.js';
import type { FirstAnswer } from '../../src/contract/run-result.js';
import type { Decision } from '../engine/join.js';
import type { CarriedCuts } from './cut-in-lanes.js';
import { taking } from './known-reports.js';
import type { LaneQueue } from './lane-queue.js';

/**
 * The state that a run takes along when it continues as new. `batches` holds the reports: older histories have them by this name.
 */
export interface Carried extends Partial<CarriedCuts> {
  queue: LaneQueue['carried'];
  batches: Blob[];
  tally: Tally;
  startedAtMs: number;
  lanes: number;
  failed?: FailedRanges;
  /** US dollars spent for answers that are in no report. */
  unfitUsd?: number;
  /** Whether a lane's share of the money did not cover one question. */
  isShort?: true;
  /** US dollars below which a lane is not begun beside others, since less did not cover one question. */
  leastUsd?: number;
  /** Where late branches amend the answer: what it was decided by, and how the run stood then. */
  decision?: Decision;
  firstAnswer?: FirstAnswer;
}

/** What the input of a run has for this. */
export interface Resumable {
  searchable?: boolean;
  known?: Known;
  carried?: unknown;
}

/** How a run stands at its beginning: as it was when it continued as new, or with what it takes over from another. */
export function beginningOf(chunks: readonly Chunk[], { carried, known }: Resumable): Partial<Carried> {
  return (carried as Carried | undefined) ?? taking(chunks, known);
}
