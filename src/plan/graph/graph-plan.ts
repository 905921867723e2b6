import { checkFlow } from './check-flow.js';
import { InputError } from '../../contract/errors.js';
import { isFile } from '../../contract/document.js';
import { parseTemplate } from './template.js';
import { parseWhen } from './when.js';
import { inputTypes, writesOf } from './flow.js';
import type { Flow, FlowNode, GraphInput } from './flow.js';
import { parsePath, valueAt } from './template.js';
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
  checkLists(flow, input.values ?? {});
  const nodes = names.map((key): PlannedNode => {
    const node = flow.nodes[key] as FlowNode;
    return {
      ...node,
      key,
      needs: node.needs ?? [],
      writes: writesOf(key, node),
      onError: node.onError ?? 'fail',
      model: node.model === undefined ? model.model : modelOptionsOf({ model: node.model }).model,
      maxTokens: node.maxTokens ?? model.maxTokens,
      timeoutMs: node.timeoutMs ?? policy.timeoutMs,
      attempts: node.attempts ?? policy.attempts,
    };
  });
  return { flow, nodes, policy, model };
}

function checkValues({ input = {}, nodes }: Flow, values: NonNullable<GraphInput['values']>): void {
  for (const [name, type] of Object.entries(input)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined)
      throw new InputError(
        `Expected the input \`${name}\` (${type}), got nothing.`,
        'Inputs are given by name: `--input name=value`, or `name=@FILE` for the text of a file.',
      );
    if (isFile(value)) {
      checkFileUse(name, type, nodes);
    } else if ('inline' in value && typeOf(value.inline) !== type) {
      throw new InputError(`Expected the input \`${name}\` to be of type ${type}, got ${typeOf(value.inline)}.`);
    }
  }
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(input, name));
  if (unknown !== undefined) {
    const known = Object.keys(input).join(', ') || 'none';
    throw new InputError(`Expected inputs of the flow (${known}), got \`${unknown}\`.`);
  }
}

/** Checks that nodes which run for each item of an input's part find a list there. */
function checkLists({ nodes }: Flow, values: NonNullable<GraphInput['values']>): void {
  for (const [key, { forEach }] of Object.entries(nodes)) {
    if (forEach === undefined) continue;
    const [name, ...path] = parsePath(forEach);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || isFile(value) || !('inline' in value)) continue;
    const found = valueAt(value.inline, path);
    if (Array.isArray(found)) continue;
    const got = found === undefined ? 'nothing' : typeOf(found);
    throw new InputError(`Expected \`${forEach}\` to be a list, which \`${key}\` runs for each item of, got ${got}.`);
  }
}

/** A file stands in prompts as a whole, and nowhere else: nothing in a workflow can look into it. */
function checkFileUse(name: string, type: string, nodes: Flow['nodes']): void {
  if (type !== 'string') throw new InputError(`Expected the input \`${name}\` to be of type ${type}, got a file.`);
  for (const [key, { prompt, when, forEach }] of Object.entries(nodes)) {
    const inside = parseTemplate(prompt).find(
      (part) => typeof part !== 'string' && part[0] === name && part.length > 1,
    );
    const isLookedInto =
      inside !== undefined ||
      (forEach !== undefined && parsePath(forEach)[0] === name) ||
      (when !== undefined && parseWhen(when).name === name);
    if (!isLookedInto) continue;
    throw new InputError(
      `Expected the input \`${name}\` of the node \`${key}\` to be a text, got a file that only the model reads.`,
      'Name the whole of it in the prompt: it cannot be compared, gone through or taken apart.',
    );
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  const type = value === null ? 'null' : typeof value;
  return inputTypes.find((known) => known === type) ?? type;
}
