import type { Policy } from '../contract/options.js';
import type { GraphPlan } from './graph/graph-plan.js';
import type { WidePlan } from './summarise-plan.js';

/** What a run's input says about the run before it has done anything. */
export interface PlannedRun {
  /** In input order; empty where there are too many to be listed. */
  keys: readonly string[];
  /** How many branches. */
  total: number;
  offline: boolean;
  /** `false` where nothing of it is for a model, offline or not. */
  asksModel?: boolean;
  /** `null` where the input is not one of fanfold's. */
  policy: Policy | null;
  /** Of a graph: which branch needs which. */
  edges?: readonly { from: string; to: string }[];
  /** Of a graph: who writes what. */
  graph?: Pick<GraphPlan, 'nodes' | 'flow'>;
  /** Whether its branches come to be while it goes on. */
  grows?: boolean;
  /** Set where the run is too wide for an activity a branch. */
  wide?: WidePlan;
  /** Why its input cannot be planned, where that is so: the run itself fails with it, or waits for a worker that tells. */
  problem?: string;
}

/** Of a run that fanfold knows nothing about. */
export const nothingPlanned: PlannedRun = { keys: [], total: 0, offline: false, policy: null };
