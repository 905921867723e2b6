import { checkFlow } from './check-flow.js';
import { InputError } from '../../contract/errors.js';
import { inputTypes, writesOf } from './flow.js';
import type { Flow, FlowNode, GraphInput } from './flow.js';
import { modelOptionsOf, policyOf } from '../policy.js';
import type { ModelOptions, Policy } from '../../contract/options.js';

/** A node with every default filled in. */
export interface PlannedNode extends FlowNode {
  key: string;
  needs: readonly string[];
  writes: string;
  onError: 'fail' | 'skip' | 'fallback';
  model: string;
  maxTokens: number;
  timeoutMs: number;
  attempts: number;
}

/** A graph run, every default filled in. */
export interface GraphPlan {
  flow: Flow;
  /** In file order. */
  nodes: PlannedNode[];
  policy: Policy;
  model: Required<ModelOptions>;
}

/** Most nodes of a flow; each is an activity. */
const mostNodes = 200;

/**
 * The plan of a `graph` run.
 *
 * @throws InputError naming the first thing that is wrong; nothing has been spent then
 */
export function planGraph(input: GraphInput): GraphPlan {
  const { flow } = input;
  const [problem] = checkFlow(flow);
  if (problem !== undefined)
    throw new InputError(`Flow, at ${problem.path.join('.') || 'the top'}: ${problem.message}`);
  const names = Object.keys(flow.nodes);
  if (names.length > mostNodes) throw new InputError(`Expected at most ${mostNodes} nodes, got ${names.length}.`);
  if (input.join !== undefined && input.join !== 'all') {
    throw new InputError(
      `Expected no \`join\` for a graph, got \`${input.join}\`.`,
      'Each node says by `onError` what becomes of the run without it.',
    );
  }
  const model = modelOptionsOf(input);
  const policy = policyOf({ ...input, join: 'all' }, names.length);
  checkValues(flow, input.values ?? {});
  const nodes = names.map((key): PlannedNode => {
    const node = flow.nodes[key] as FlowNode;
    return {
      ...node,
      key,
      needs: node.needs ?? [],
      writes: writesOf(key, node),
      onError: node.onError ?? 'fail',
      model: node.model ?? model.model,
      maxTokens: node.maxTokens ?? model.maxTokens,
      timeoutMs: node.timeoutMs ?? policy.timeoutMs,
      attempts: node.attempts ?? policy.attempts,
    };
  });
  return { flow, nodes, policy, model };
}

function checkValues({ input = {} }: Flow, values: NonNullable<GraphInput['values']>): void {
  for (const [name, type] of Object.entries(input)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new InputError(`Expected the input \`${name}\` (${type}), got nothing.`);
    if ('inline' in value && typeOf(value.inline) !== type) {
      throw new InputError(`Expected the input \`${name}\` to be of type ${type}, got ${typeOf(value.inline)}.`);
    }
  }
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(input, name));
  if (unknown !== undefined) {
    const known = Object.keys(input).join(', ') || 'none';
    throw new InputError(`Expected inputs of the flow (${known}), got \`${unknown}\`.`);
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  const type = value === null ? 'null' : typeof value;
  return inputTypes.find((known) => known === type) ?? type;
}
