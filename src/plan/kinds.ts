import { isKind } from '../contract/names.js';
import type { Kind } from '../contract/names.js';
import { planAgent } from './agent-plan.js';
import { planCompare, planCompareRows } from './compare-plan.js';
import type { FanOutPlan } from './fan-out-plan.js';
import { planGather } from './gather-plan.js';
import { ancestorsOf, nodeOf } from './graph/flow.js';
import type { GraphInput } from './graph/flow.js';
import { planGraph } from './graph/graph-plan.js';
import { planMap } from './map-plan.js';
import { planPerspectives, planPerspectivesOver } from './perspectives-plan.js';
import { nothingPlanned, ownRun } from './planned-run.js';
import type { PlannedRun } from './planned-run.js';
import { planResearch } from './research-plan.js';
import { planSummarise } from './summarise-plan.js';
import { planValidateOver } from './validate-over-plan.js';
import { planValidate } from './validate-plan.js';
import type { ValidateInput } from './validate-plan.js';

/** The maker of a run's output: its branches, as a dict or a list in input order or as answers about rows, or the workflow itself. */
export type OutputOf = 'branches by key' | 'branches as a list' | 'rows' | 'workflow';

/** A kind of run, as its readers need it. How it is printed is in `src/cli/show/print-run.ts`. */
export interface KindOfRun {
  /**
   * Plans a run from its input, before it has done anything.
   *
   * @throws InputError where no run can be made of it
   */
  planned(input: never): PlannedRun;
  output: OutputOf;
  /** The name of one branch for people, in the singular. */
  branch: string;
  /** Whether the run adds branches that its plan does not name: items of a `forEach`, turns, parts of a question. */
  adds: boolean;
  /**
   * Which more of a finished run's branches are begun anew with these, because what they are asked depends on them. A kind without
   * it cannot be retried once it has ended.
   *
   * @param anew keys
   */
  anewWith?(input: never, anew: ReadonlySet<string>): readonly string[];
  /** The name under which a branch has peers in other runs; none where each key is its own. */
  peers(key: string): string | undefined;
}

const byKey = (key: string) => key;

/** Of kinds whose branches are independent of each other. */
const none = () => [];

/** What a plan is made of. */
type InputOf<Plan extends (input: never) => unknown> = Parameters<Plan>[0];

/** One entry for each kind. */
const kinds = {
  perspectives: {
    planned: (input: InputOf<typeof planPerspectives>) =>
      input.chunks === undefined ? direct(planPerspectives(input)) : inLanes(planPerspectivesOver(input)),
    output: 'branches by key',
    branch: 'perspective',
    adds: false,
    anewWith: none,
    peers: byKey,
  },
  summarise: {
    planned: (input: InputOf<typeof planSummarise>) => {
      const plan = planSummarise(input);
      return 'direct' in plan ? direct(plan.direct) : inLanes(plan);
    },
    output: 'branches as a list',
    branch: 'document',
    adds: false,
    anewWith: none,
    // Each document of a pile has its own key.
    peers: () => undefined,
  },
  gather: {
    planned: (input: InputOf<typeof planGather>) => {
      const { sources, model, policy } = planGather(input);
      const keys = sources.map(({ name }) => name);
      const asksModel = input.answer === true;
      return { keys, total: sources.length, offline: model.offline, asksModel, policy };
    },
    output: 'workflow',
    branch: 'source',
    adds: false,
    anewWith: none,
    peers: byKey,
  },
  validate: {
    planned: (input: InputOf<typeof planValidate>) => {
      if (input.chunks !== undefined) {
        const { asksModel, ...plan } = planValidateOver(input);
        return { ...inLanes(plan), offline: input.offline === true, asksModel };
      }
      const { asked, keys } = planValidate(input);
      const asksModel = asked.branches.length > 0;
      return { keys, total: keys.length, offline: asked.offline, asksModel, policy: asked.policy };
    },
    output: 'workflow',
    branch: 'check',
    adds: false,
    // The check of facts reads what the sources have found.
    anewWith: ({ sources = [] }: ValidateInput, anew) => (sources.some(({ name }) => anew.has(name)) ? ['facts'] : []),
    peers: byKey,
  },
  graph: {
    planned: (input: InputOf<typeof planGraph>) => {
      const { nodes, flow, model, policy } = planGraph(input);
      const edges = nodes.flatMap(({ key, needs }) => needs.map((from) => ({ from, to: key })));
      const keys = nodes.map(({ key }) => key);
      return { keys, total: keys.length, offline: model.offline, policy, edges, graph: { nodes, flow } };
    },
    output: 'workflow',
    branch: 'node',
    adds: true,
    // A node reads what those before it have written.
    anewWith: ({ flow }: GraphInput, anew) => {
      const nodes = new Set([...anew].map(nodeOf));
      return Object.keys(flow.nodes).filter((name) => [...ancestorsOf(name, flow)].some((before) => nodes.has(before)));
    },
    peers: byKey,
  },
  agent: {
    planned: (input: InputOf<typeof planAgent>) => grown(planAgent(input)),
    output: 'workflow',
    branch: 'turn or call',
    adds: true,
    // Calls of one tool are peers, and so are turns.
    peers: (key) => key.replace(/-\d+$/, ''),
  },
  compare: {
    planned: (input: InputOf<typeof planCompare>) =>
      input.chunks === undefined ? direct(planCompare(input)) : inLanes(planCompareRows(input)),
    output: 'branches by key',
    branch: 'variant',
    adds: false,
    anewWith: none,
    peers: byKey,
  },
  research: {
    planned: (input: InputOf<typeof planResearch>) => grown(planResearch(input)),
    output: 'workflow',
    branch: 'search, answer or step',
    adds: true,
    peers: byKey,
  },
  map: {
    planned: (input: InputOf<typeof planMap>) => {
      const plan = planMap(input);
      const { rows } = plan;
      return 'direct' in plan ? { ...direct(plan.direct), rows } : inLanes({ wide: plan.wide, rows });
    },
    output: 'rows',
    branch: 'row',
    adds: false,
    anewWith: none,
    // A row has no peers beyond its run.
    peers: () => undefined,
  },
} satisfies Record<Kind, KindOfRun>;

/** The entry of a workflow type; `undefined` for a workflow of somebody's own. */
export function kindOf(workflowType: string): KindOfRun | undefined {
  return isKind(workflowType) ? kinds[workflowType] : undefined;
}

function direct({ branches, offline, policy }: FanOutPlan): PlannedRun {
  return { keys: branches.map(({ key }) => key), total: branches.length, offline, policy };
}

function inLanes({
  wide,
  ...folds
}: Required<Pick<PlannedRun, 'wide'>> & Pick<PlannedRun, 'rows' | 'findings'>): PlannedRun {
  const { total, offline, policy } = wide;
  return { keys: [], total, offline, policy, wide, ...folds };
}

/** The plan of a run that adds branches while it goes on. */
function grown({ model, policy }: Pick<ReturnType<typeof planAgent>, 'model' | 'policy'>): PlannedRun {
  return { keys: [], total: 0, offline: model.offline, policy, grows: true };
}

/** The plan inside a run's input. It has no branches where the run is somebody's own workflow, or cannot be planned. */
export function plannedRun(workflowType: string, input: unknown): PlannedRun {
  const kind = kindOf(workflowType);
  if (kind === undefined) return ownRun;
  try {
    return kind.planned(input as never);
  } catch (error) {
    return { ...nothingPlanned, problem: (error as Error).message };
  }
}
