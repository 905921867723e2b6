import type { ModelRequest } from '../contract/model-request.js';
import type { Policy } from '../contract/options.js';
import type { Precedence } from '../contract/priority.js';
import type { fanInOf } from '../fold/fan-in.js';

/** The plan of a fan-out: branches and options, every default filled in. */
export interface FanOutPlan {
  branches: readonly PlannedBranch[];
  policy: Policy;
  offline: boolean;
  /** Whether only answers of this run, or later ones, will do. */
  fresh: boolean;
  /** How the outcomes become one result. */
  fanIn: ReturnType<typeof fanInOf>;
  /** The fan-in's model; that of the first branch by default. */
  fanInModel?: string;
  /** Most output tokens of a call of the fan-in; those of the first branch by default. */
  fanInMaxTokens?: number;
  /** What the names of the fan-in's calls begin with, where a workflow has several. */
  fanInWithin?: string;
  /** Whose turn comes first among the fan-in's calls, where that is another than the run's. */
  fanInPriority?: Exclude<Precedence, number>;
}

/** A branch that is to ask the model. */
export interface PlannedBranch {
  key: string;
  request: ModelRequest;
  /** The reason why the branch's document could not be read. The branch has failed, and nothing is asked. */
  unreadable?: string;
  /** How much the branch counts where the fan-in weighs its answer; 1 by default. */
  weight?: number;
}
