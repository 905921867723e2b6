import { checkOutputSchema, OutputSchemaError } from '../check-output-schema.js';
import { FanfoldError } from '../../contract/errors.js';
import { isPriority, priorities } from '../../contract/priority.js';
import { forEachProblem } from './for-each.js';
import { ancestorsOf, inputTypes, writesOf } from './flow.js';
import type { Flow, FlowNode, FlowProblem } from './flow.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import { isReducerName, reducerNames, takes } from '../../fold/reducers.js';
import { parsePath, variablesOf } from './template.js';
import { parseWhen } from './when.js';

const name = /^[A-Za-z_][\w-]{0,63}$/;
const onErrors = ['fail', 'skip', 'fallback'];
const nodeFields =
  'prompt needs writes system model maxTokens timeoutMs attempts schema when onError fallback forEach'.split(' ');
const flowFields = ['input', 'nodes', 'state', 'output', 'priority'];

/**
 * Finds everything that is wrong with a flow, at once and before anything of it is run: shapes, unknown names, cycles, variables
 * that nobody provides, nodes whose answer nobody reads, and writers of one key that do not say how they meet.
 */
export function checkFlow(flow: Flow): FlowProblem[] {
  const shapes = shapeProblems(flow);
  // The other checks need sound shapes.
  if (shapes.length > 0) return shapes;
  const cycles = cycleProblems(flow);
  return cycles.length > 0 ? cycles : [...nodeProblems(flow), ...writerProblems(flow), ...outputProblems(flow)];
}

function shapeProblems(flow: Flow): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const add = (path: FlowProblem['path'], message: string) => problems.push({ path, message });
  if (!isObject(flow)) return [{ path: [], message: `Expected a flow with \`nodes\`, got ${kind(flow)}.` }];
  for (const field of Object.keys(flow)) {
    if (!flowFields.includes(field)) add([field], `Expected one of ${flowFields.join(', ')}, got \`${field}\`.`);
  }
  if (!isObject(flow.nodes) || Object.keys(flow.nodes).length === 0) add(['nodes'], 'Expected at least one node.');
  if (flow.priority !== undefined && !isPriority(flow.priority)) {
    add(
      ['priority'],
      `Expected a whole number from ${priorities.first} to ${priorities.last}, got ${JSON.stringify(flow.priority)}.`,
    );
  }
  for (const [input, type] of Object.entries(flow.input ?? {})) {
    if (!name.test(input)) add(['input', input], `Expected a name, got ${JSON.stringify(input)}.`);
    if (!inputTypes.includes(type)) {
      add(['input', input], `Expected a type of ${inputTypes.join(', ')}, got ${JSON.stringify(type)}.`);
    }
  }
  for (const [key, how] of Object.entries(flow.state ?? {})) {
    if (!isReducerName(how?.reducer)) {
      add(
        ['state', key],
        `Expected \`reducer\` to be one of ${reducerNames.join(', ')}, got ${JSON.stringify(how?.reducer) ?? 'nothing'}.`,
      );
    }
  }
  for (const [node, body] of Object.entries(isObject(flow.nodes) ? flow.nodes : {})) {
    for (const problem of shapeOfNode(node, body)) add(['nodes', node, ...problem.path], problem.message);
  }
  return problems;
}

function shapeOfNode(node: string, body: FlowNode): FlowProblem[] {
  const problems: FlowProblem[] = [];
  const add = (path: FlowProblem['path'], message: string) => problems.push({ path, message });
  if (!name.test(node)) add([], `Expected a node's name of letters, digits, "-" or "_", got ${JSON.stringify(node)}.`);
  if (!isObject(body))
    return [...problems, { path: [], message: `Expected a node with a \`prompt\`, got ${kind(body)}.` }];
  for (const field of Object.keys(body)) {
    if (!nodeFields.includes(field)) add([field], `Expected one of ${nodeFields.join(', ')}, got \`${field}\`.`);
  }
  if (typeof body.prompt !== 'string' || body.prompt.trim() === '') {
    add(['prompt'], `Expected \`prompt\` to be a text, got ${kind(body.prompt)}.`);
  }
  if (
    body.needs !== undefined &&
    !(Array.isArray(body.needs) && body.needs.every((need) => typeof need === 'string'))
  ) {
    add(['needs'], `Expected \`needs\` to be a list of nodes, got ${kind(body.needs)}.`);
  }
  for (const field of ['maxTokens', 'timeoutMs', 'attempts'] as const) {
    const count = body[field];
    if (count !== undefined && !(Number.isSafeInteger(count) && count > 0)) {
      add([field], `Expected \`${field}\` to be a whole number, 1 or more, got ${JSON.stringify(count)}.`);
    }
  }
  if (body.onError !== undefined && !onErrors.includes(body.onError)) {
    add(['onError'], `Expected \`onError\` to be one of ${onErrors.join(', ')}, got ${JSON.stringify(body.onError)}.`);
  }
  if ((body.onError === 'fallback') !== (body.fallback !== undefined)) {
    add([], 'Expected `onError: fallback` and a `fallback` together, got one of them.');
  }
  attempt(['prompt'], () => variablesOf(String(body.prompt)));
  if (body.system !== undefined) attempt(['system'], () => variablesOf(String(body.system)));
  if (body.when !== undefined) attempt(['when'], () => parseWhen(String(body.when)));
  if (body.schema !== undefined) attempt(['schema'], () => checkOutputSchema(body.schema as JsonSchema));
  if (body.forEach !== undefined) attempt(['forEach'], () => parsePath(body.forEach));
  return problems;

  function attempt(path: FlowProblem['path'], check: () => unknown): void {
    try {
      check();
    } catch (error) {
      const advice = error instanceof FanfoldError && error.advice !== undefined ? ` ${error.advice}` : '';
      const inside = error instanceof OutputSchemaError ? error.path : [];
      add([...path, ...inside], `${(error as Error).message}${advice}`);
    }
  }
}

function cycleProblems({ nodes }: Flow): FlowProblem[] {
  const done = new Set<string>();
  const visit = (node: string, way: string[]): string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const need of nodes[node]?.needs ?? []) {
      const cycle = visit(need, [...way, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of Object.keys(nodes)) {
    const cycle = visit(node, []);
    if (cycle) {
      const [first = node] = cycle;
      return [{ path: ['nodes', first, 'needs'], message: `Expected no cycle, got ${cycle.join(' → ')}.` }];
    }
  }
  return [];
}

function nodeProblems(flow: Flow): FlowProblem[] {
  const { nodes, input = {} } = flow;
  return Object.entries(nodes).flatMap(([node, body]) => {
    const problems: FlowProblem[] = [];
    const add = (path: FlowProblem['path'], message: string) =>
      problems.push({ path: ['nodes', node, ...path], message });
    for (const [at, need] of (body.needs ?? []).entries()) {
      if (!Object.hasOwn(nodes, need))
        add(['needs', at], `Expected \`needs\` to name nodes, got \`${need}\`, which is none.`);
    }
    const ancestors = ancestorsOf(node, flow);
    const readable = new Set([...ancestors].flatMap((each) => (nodes[each] ? [writesOf(each, nodes[each])] : [])));
    const used: [field: string, variable: string][] = [
      ...variablesOf(body.prompt).map((variable): [string, string] => ['prompt', variable]),
      ...variablesOf(body.system ?? '').map((variable): [string, string] => ['system', variable]),
      ...(body.when === undefined ? [] : [['when', parseWhen(body.when).name] as [string, string]]),
      ...(body.forEach === undefined ? [] : [['forEach', parsePath(body.forEach)[0]] as [string, string]]),
    ];
    for (const [field, variable] of used) {
      if (variable === 'item' && body.forEach !== undefined) continue;
      if (Object.hasOwn(input, variable) || readable.has(variable)) continue;
      const writers = Object.keys(nodes).filter(
        (each) => each !== node && writesOf(each, nodes[each] ?? {}) === variable,
      );
      add(
        [field],
        writers.length > 0
          ? `\`${variable}\` is written by ${writers.join(', ')}, which \`${node}\` does not wait for: add it to \`needs\`.`
          : `Nobody provides \`${variable}\`: it is no input, and no node writes it.`,
      );
    }
    const noList = problems.length === 0 ? forEachProblem(node, flow) : undefined;
    if (noList !== undefined) add(['forEach'], noList);
    return problems;
  });
}

/** Checks that several writers of one key say how they meet, and can. */
function writerProblems({ nodes, state = {}, input = {} }: Flow): FlowProblem[] {
  const writers = new Map<string, string[]>();
  for (const [node, body] of Object.entries(nodes)) {
    const key = writesOf(node, body);
    writers.set(key, [...(writers.get(key) ?? []), node]);
  }
  return [...writers].flatMap(([key, by]): FlowProblem[] => {
    const [first = ''] = by;
    const path = ['nodes', by.at(-1) ?? first, 'writes'];
    if (Object.hasOwn(input, key)) return [{ path, message: `\`${key}\` is an input; a node cannot write it.` }];
    const types = by.map((node) => ({ node, type: typeOf(nodes[node]) }));
    const reducer = state[key]?.reducer;
    const told = types.map(({ node, type }) => `${node} (${type})`).join(', ');
    if (by.length > 1 && reducer === undefined) {
      return [{ path, message: `\`${key}\` is written by ${told}: say in \`state\` by which reducer they meet.` }];
    }
    const taken = reducer && takes[reducer];
    const misfits = types.filter(({ type }) => taken !== undefined && !taken.includes(type));
    if (misfits.length > 0) {
      return [{ path, message: `\`${reducer}\` takes ${taken?.join(' or ')}, and \`${key}\` is written by ${told}.` }];
    }
    const different = new Set(types.map(({ type }) => type)).size > 1;
    return different && reducer !== 'keyed'
      ? [
          {
            path,
            message: `\`${key}\` is written with different types by ${told}: only \`keyed\` can bring them together.`,
          },
        ]
      : [];
  });
}

function typeOf(node: FlowNode | undefined): string {
  if (node?.forEach !== undefined) return 'array';
  const type = node?.schema === undefined ? 'string' : node.schema['type'];
  return typeof type === 'string' ? type : 'a union';
}

/** Checks that some node writes the output, and that every node leads to it. */
function outputProblems(flow: Flow): FlowProblem[] {
  const { output, nodes } = flow;
  if (output === undefined) return [];
  const writers = Object.keys(nodes).filter((node) => writesOf(node, nodes[node] ?? {}) === output);
  if (writers.length === 0) {
    return [{ path: ['output'], message: `Expected \`output\` to be a key that a node writes, got \`${output}\`.` }];
  }
  const used = new Set(writers.flatMap((writer) => [writer, ...ancestorsOf(writer, flow)]));
  return Object.keys(nodes)
    .filter((node) => !used.has(node))
    .map((node) => ({
      path: ['nodes', node],
      message: `\`${node}\` leads nowhere: \`${output}\` does not depend on it, and it would be paid for in vain.`,
    }));
}

function kind(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
