import type { Policy } from '../contract/options.js';
import type { fanInOf } from '../fold/fan-in.js';
import type { PlannedBranch } from './perspectives-plan.js';

/** A run's branches and how they are to be run, every default filled in. */
export interface FanOutPlan {
  branches: readonly PlannedBranch[];
  policy: Policy;
  offline: boolean;
  /** Whether only answers from this run on will do. */
  fresh: boolean;
  /** How the outcomes become one result. */
  fanIn: ReturnType<typeof fanInOf>;
  /** Asked by the fan-in; that of the first branch by default. */
  fanInModel?: string;
}
