import type { Lane, LaneReport, Range } from './lanes.js';

/** The payload of the signal from a lane to its workflow. */
export interface LaneMessage extends LaneReport {
  lane: number;
  /** See `Lane`. */
  token?: string;
}

/** The payload of the update by which a lane asks for more documents. */
export interface MoreMessage {
  lane: number;
  /** See `Lane`. */
  token?: string;
  /** Milliseconds that a branch takes, where that is known. */
  paceMs?: number;
}

/** Documents that a lane is given while it is under way: the result of the update `laneMore`, `null` where there are none for it. */
export interface LaneMore extends Pick<Lane, 'chunk' | 'firstIndex' | 'places' | 'cut' | 'begunBefore'> {
  /** Most calls in flight at once from now on. */
  width: number;
}

/** What a lane gives up while it is under way: its worker is full, or it has far too much to do. */
export interface HandBack {
  /** Places in its chunk of documents that it has not begun, and will not begin. */
  left: Range[];
  /** The same of documents of other chunks that it was given since: their indices among all branches. */
  leftOfMore?: Range[];
  /** Most calls at once that it makes from now on. */
  width: number;
  /** Most calls at once of its worker, as things stand. */
  cap: number;
  /** Milliseconds that a branch takes, where that is known. */
  paceMs?: number;
  /** US dollars that it gives up of its `budgetUsd`; only where a budget holds. */
  usd?: number;
}

/** The payload of the signal by which a lane gives something up. */
export interface HandBackMessage extends HandBack {
  lane: number;
  /** See `Lane`. */
  token?: string;
}

/**
 * The answer of the query `laneCuts`: documents of a lane that somebody has cut, by their indices among all branches; `null` where the lane
 * itself is to end. A lane that is told to stop asks, since Temporal tells an activity no more than that.
 */
export type LaneCuts = Range[] | null;

/** The payload of the signal by which a workflow of somebody's own has its lanes cut branches: their indices, and those of no others. */
export interface LanesCut {
  indices: Range[];
}
