import type { Blob, Chunk, Tally } from './lanes.js';
import type { StoredBranch } from './branch.js';
import type { RunStatus } from './run.js';
import type { FanInKind } from './options.js';

/** The result of a workflow, returned or given as the first detail of its failure: the run without what only its starter knows. */
export interface RunResult {
  status: RunStatus;
  /** The fan-in's output. `null` stands in it where an answer is too large for history. */
  output: unknown;
  /**
   * The answers that are too large, and their places. No other part of `output` is a reference, whatever it looks like. Absent in
   * runs of older versions.
   */
  references?: readonly OutputReference[];
  /** In input order. */
  branches: StoredBranch[];
  criticalPath: string[];
  /** The fan-in's own part, where it asked a model. */
  fanIn?: FanInResult;
  /** Keys of a graph's state on which its nodes did not agree. */
  contradictions?: Contradiction[];
  /** Of an agent: the limit at which the model had to answer with what it had. */
  stoppedBy?: 'turns' | 'tokens' | 'calls';
  /** The branches of a wide run, which are not in `branches`. */
  wide?: WideOutcomes;
  /** The state when the join policy was satisfied, where branches came in later. */
  firstAnswer?: FirstAnswer;
}

/** The outcomes of a wide fan-out: too many for history, in the store. */
export interface WideOutcomes {
  chunks: readonly Chunk[];
  /** What lanes have reported: older histories have it by this name. */
  batches: readonly Blob[];
  tally: Tally;
  /** Indexes of branches that could not be run at all: each ended its worker, again and again. */
  poisoned: readonly number[];
  /** The end of all other branches, which are in no report. */
  others: { status: 'cancelled' | 'late' | 'skipped'; message: string };
}

/** The result of the update `answer`, as soon as the join policy is satisfied. */
export interface FirstAnswer {
  /** Milliseconds from the fan-out. */
  elapsedMs: number;
  /** The branches that were ok by then, in input order. */
  keys: string[];
  /** How many were ok by then. */
  ok?: number;
}

/** The result of the query `progress`. */
export interface Progress {
  status: RunStatus | 'running';
  /** In input order; empty where there are too many to be listed. */
  branches: { key: string; index: number; status: StoredBranch['status'] | 'waiting' | 'running' | 'needs approval' }[];
  /** Number of branches of a wide fan-out, and the sum of those that have ended. */
  total?: number;
  tally?: Tally;
}
/** The work of the fan-in, beside the branches. */
export interface FanInResult {
  how: FanInKind;
  /** Keys of the branches that the output is made of, in input order. */
  from: string[];
  /** Keys of the branches that are missing in it, because they are not ok. */
  missing: string[];
  /** Of a run in lanes: how many more there are of both, which are not listed. */
  more?: { from: number; missing: number };
  /** Of `select`: the branch that was taken, and why. */
  chosen?: { key: string; reason: string; votes: { [key: string]: number } };
  /** The model calls of the fan-in. */
  calls: StoredBranch[];
}
/** A value and who wrote it. */
export interface Written {
  by: string;
  value: unknown;
}
/** A key whose writers disagree where only one of them counts. */
export interface Contradiction {
  key: string;
  said: Written[];
}
/** Names of keys and places in lists, from the outside in; none for the whole. */
export type OutputPath = readonly (string | number)[];
/** A part of an output that is in the store, and where it belongs. */
export interface OutputReference extends Blob {
  path: OutputPath;
}
