import type { GraphInput } from '../src/plan/graph/flow.js';
import { planGraph } from '../src/plan/graph/graph-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { checked } from './engine/checked.js';
import { entered } from './engine/door.js';
import { GraphRun } from './graphs/graph-run.js';
import { RunProgress } from './engine/progress.js';

/** A graph of model calls. Each node begins the moment what it needs is there; independent chains never wait for one another. */
export async function graph(given: GraphInput): Promise<RunResult> {
  const input = entered('graph', given);
  const plan = checked(() => planGraph(input));
  const progress = new RunProgress(
    plan.nodes.map(({ key }) => key),
    input,
  );
  const run = new GraphRun(plan, input.values ?? {}, progress, input.known);
  await run.ended();
  return run.finish();
}
