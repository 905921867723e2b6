import { checkFlow } from '../../plan/graph/check-flow.js';
import { parseDuration } from '../../contract/duration.js';
import { FanfoldError, InputError } from '../../contract/errors.js';
import type { Flow, FlowProblem } from '../../plan/graph/flow.js';
import type { World } from '../world.js';
import { readPlacedYaml } from './yaml-places.js';

/**
 * A flow out of a YAML or JSON file.
 *
 * @throws InputError with every problem, each with file, line and column
 */
export async function readFlow(path: string, world: World): Promise<Flow> {
  const file = await readPlacedYaml(path, 'a flow in YAML or JSON', world);
  const { flow, problems } = withDurations(file.value);
  const all = problems.length > 0 ? problems : checkFlow(flow);
  if (all.length > 0) {
    throw new InputError(all.map((problem) => `${file.placeOf(problem.path)}: ${problem.message}`).join('\n'));
  }
  return flow;
}

/** In a file a node's time is a duration, `timeout: 30s`. */
function withDurations(read: unknown): { flow: Flow; problems: FlowProblem[] } {
  const problems: FlowProblem[] = [];
  const { nodes } = (read ?? {}) as { nodes?: unknown };
  if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes)) return { flow: read as Flow, problems };
  const converted = Object.entries(nodes).map(([name, node]: [string, unknown]) => {
    if (typeof node !== 'object' || node === null || !('timeout' in node)) return [name, node];
    const { timeout, ...rest } = node;
    try {
      return [name, { ...rest, timeoutMs: parseDuration(String(timeout), 'timeout') }];
    } catch (error) {
      problems.push({
        path: ['nodes', name, 'timeout'],
        message: error instanceof FanfoldError ? error.message : String(error),
      });
      return [name, rest];
    }
  });
  return { flow: { ...(read as Flow), nodes: Object.fromEntries(converted) as Flow['nodes'] }, problems };
}
