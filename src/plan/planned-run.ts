import { planAgent } from './agent-plan.js';
import type { AgentInput } from './agent-plan.js';
import { planCompare } from './compare-plan.js';
import type { CompareInput } from './compare-plan.js';
import type { GraphInput } from './graph/flow.js';
import { planGather } from './gather-plan.js';
import type { GatherInput } from './gather-plan.js';
import { planGraph } from './graph/graph-plan.js';
import { planPerspectives } from './perspectives-plan.js';
import type { Policy } from '../contract/options.js';
import type { PerspectivesInput } from './perspectives-plan.js';
import { planResearch } from './research-plan.js';
import type { ResearchInput } from './research-plan.js';
import { planSummarise } from './summarise-plan.js';
import type { SummariseInput, WidePlan } from './summarise-plan.js';
import { planValidate } from './validate-plan.js';
import type { ValidateInput } from './validate-plan.js';
import type { FanOutPlan } from './fan-out-plan.js';

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
  /** Whether its branches come to be while it goes on. */
  grows?: boolean;
  /** Set where the run is too wide for an activity a branch. */
  wide?: WidePlan;
}

/** The plan inside a run's input; no branches where the input is not one of fanfold's. */
export function plannedRun(kind: string, input: unknown): PlannedRun {
  try {
    if (kind === 'compare') return direct(planCompare(input as CompareInput));
    if (kind === 'perspectives') return direct(planPerspectives(input as PerspectivesInput));
    if (kind === 'summarise') {
      const plan = planSummarise(input as SummariseInput);
      if ('direct' in plan) return direct(plan.direct);
      const { total, offline, policy } = plan.wide;
      return { keys: [], total, offline, policy, wide: plan.wide };
    }
    if (kind === 'gather') {
      const { sources, model, policy } = planGather(input as GatherInput);
      const asksModel = (input as GatherInput).answer === true;
      const keys = sources.map(({ name }) => name);
      return { keys, total: sources.length, offline: model.offline, asksModel, policy };
    }
    if (kind === 'validate') {
      const { asked, keys } = planValidate(input as ValidateInput);
      const asksModel = asked.branches.length > 0;
      return { keys, total: keys.length, offline: asked.offline, asksModel, policy: asked.policy };
    }
    if (kind === 'graph') {
      const { nodes, model, policy } = planGraph(input as GraphInput);
      const edges = nodes.flatMap(({ key, needs }) => needs.map((from) => ({ from, to: key })));
      return { keys: nodes.map(({ key }) => key), total: nodes.length, offline: model.offline, policy, edges };
    }
    if (kind === 'research') {
      const { model, policy } = planResearch(input as ResearchInput);
      return { keys: [], total: 0, offline: model.offline, policy, grows: true };
    }
    if (kind === 'agent') {
      const { model, policy } = planAgent(input as AgentInput);
      return { keys: [], total: 0, offline: model.offline, policy, grows: true };
    }
  } catch {
    // The run itself fails with the reason; here there is just nothing to list.
  }
  return nothingPlanned;
}

export const nothingPlanned: PlannedRun = { keys: [], total: 0, offline: false, policy: null };

function direct({ branches, offline, policy }: FanOutPlan): PlannedRun {
  return { keys: branches.map(({ key }) => key), total: branches.length, offline, policy };
}
