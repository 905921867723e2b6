import type { Blob, Chunk, Tally } from './lanes.js';
import type { StoredBranch } from './branch.js';
import type { OutputReference } from './output-parts.js';
import type { RunStatus } from './run.js';
import type { FanInKind } from './options.js';

/** What a workflow returns, or gives as the first detail of its failure: the run without what only its starter knows. */
export interface RunResult {
  status: RunStatus;
  /** The fan-in's output. `null` stands in it where an answer belongs that is too large for history. */
  output: unknown;
  /** Those answers, and where they belong. Nothing else in `output` is a reference, whatever it looks like. Absent in runs of older versions. */
  references?: readonly OutputReference[];
  /** In input order. */
  branches: StoredBranch[];
  criticalPath: string[];
  /** What the fan-in did, where it asked a model. */
  fanIn?: FanInResult;
  /** Keys of a graph's state about which its nodes did not agree. */
  contradictions?: Contradiction[];
  /** Of an agent: the limit at which the model had to answer with what it had. */
  stoppedBy?: 'turns' | 'tokens' | 'calls';
  /** Where the branches are, if not in `branches`. */
  wide?: WideOutcomes;
  /** How it stood when the join policy was satisfied, where branches came in later. */
  firstAnswer?: FirstAnswer;
}

/** The outcomes of a wide fan-out: too many for history, in the store. */
export interface WideOutcomes {
  chunks: readonly Chunk[];
  /** What lanes have reported: older histories have it by this name. */
  batches: readonly Blob[];
  tally: Tally;
  /** Branches that could not be run at all, by index: each ended its worker, again and again. */
  poisoned: readonly number[];
  /** What became of the other branches, which are in no report. */
  others: { status: 'cancelled' | 'late' | 'skipped'; message: string };
}

/** What the update `answer` returns, as soon as the join policy is satisfied. */
export interface FirstAnswer {
  /** Milliseconds from the fan-out. */
  elapsedMs: number;
  /** The branches that were ok by then, in input order. */
  keys: string[];
  /** How many were ok by then. */
  ok?: number;
}

/** What the query `progress` answers. */
export interface Progress {
  status: RunStatus | 'running';
  /** In input order; empty where there are too many to be listed. */
  branches: { key: string; index: number; status: StoredBranch['status'] | 'waiting' | 'running' | 'needs approval' }[];
  /** Of a wide fan-out: how many branches there are, and what those that have ended add up to. */
  total?: number;
  tally?: Tally;
}
/** What was done to come to the output, beside the branches. */
export interface FanInResult {
  how: FanInKind;
  /** Keys of the branches that the output is made of, in input order. */
  from: string[];
  /** Keys of those that are not in it because they are not ok. */
  missing: string[];
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
/** Two writers who say different things, where only one can be heard. */
export interface Contradiction {
  key: string;
  said: Written[];
}
