import type { ModelRequest } from '../contract/model-request.js';
import type { Policy } from '../contract/options.js';
import type { fanInOf } from '../fold/fan-in.js';

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
export interface PlannedBranch {
  key: string;
  request: ModelRequest;
  /** Why its document could not be read: it has failed, and nothing is asked. */
  unreadable?: string;
}
