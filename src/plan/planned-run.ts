import type { RowsFold } from '../fold/rows.js';
import type { Policy } from '../contract/options.js';
import type { GraphPlan } from './graph/graph-plan.js';
import type { WidePlan } from './summarise-plan.js';

/** The plan of a run, as its input tells it before the run has done anything. */
export interface PlannedRun {
  /** Keys of the branches in input order; empty where there are too many to be listed. */
  keys: readonly string[];
  /** How many branches. */
  total: number;
  offline: boolean;
  /** Whether a model is asked at all, offline or not. */
  asksModel?: boolean;
  /** The policy; `null` where the input is not one of fanfold's. */
  policy: Policy | null;
  /** The needs of each branch of a graph. */
  edges?: readonly { from: string; to: string }[];
  /** The keys that each branch of a graph writes. */
  graph?: Pick<GraphPlan, 'nodes' | 'flow'>;
  /** Whether the run adds branches while it goes on. */
  grows?: boolean;
  /** The plan of a wide run, which has no activity for each branch. */
  wide?: WidePlan;
  /** What is made of the answers about each row of a table. */
  rows?: RowsFold;
  /** The reason why the input cannot be planned. The run itself fails with it, or waits for a worker that tells. */
  problem?: string;
}

/** The plan of a run that fanfold knows nothing about. */
export const nothingPlanned: PlannedRun = { keys: [], total: 0, offline: false, policy: null };

/** The plan of a workflow of somebody's own: its branches are known once they are asked. */
export const ownRun: PlannedRun = { ...nothingPlanned, grows: true };
