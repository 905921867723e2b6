import type { JsonSchema } from '../../contract/json-schema.js';
import type { ReducerName } from '../../fold/reducers.js';
import { schemaAt, typesIn } from '../schema-at.js';
import { ancestorsOf, writesOf } from './flow.js';
import type { Flow, FlowNode } from './flow.js';
import { parsePath } from './template.js';

/**
 * What is wrong with the list that a node runs for, as far as the inputs' types and the schemas of the nodes before it tell; `undefined`
 * where nothing is, or nobody knows before the run.
 */
export function forEachProblem(node: string, flow: Flow): string | undefined {
  const forEach = flow.nodes[node]?.forEach;
  if (forEach === undefined) return undefined;
  const [name, ...path] = parsePath(forEach);
  const input = flow.input?.[name];
  if (input !== undefined && Object.hasOwn(flow.input ?? {}, name)) return inputProblem(forEach, name, path, input);
  const writers = writersOf(name, flow, node);
  const [only] = writers;
  if (only === undefined) return undefined;
  if (writers.length > 1) return reducedProblem(forEach, path, writers, flow.state?.[name]?.reducer);
  return writerProblem(forEach, path, only);
}

/** The most items of the list that a node runs for, where a schema says so; `undefined` where none does. */
export function mostItems(node: string, flow: Flow): number | undefined {
  const [name, ...path] = parsePath(flow.nodes[node]?.forEach);
  const [only, ...more] = writersOf(name, flow, node);
  const schema = only?.[1].schema;
  if (schema === undefined || more.length > 0 || only?.[1].forEach !== undefined) return undefined;
  // What stands in for a failed answer was not held against the schema.
  if (only?.[1].fallback !== undefined) return undefined;
  const found = schemaAt(schema, path);
  const most = found.kind === 'schema' ? found.schema['maxItems'] : undefined;
  return typeof most === 'number' ? most : undefined;
}

function writersOf(name: string, flow: Flow, reader: string): [string, FlowNode][] {
  const ancestors = ancestorsOf(reader, flow);
  return Object.entries(flow.nodes).filter(([each, body]) => ancestors.has(each) && writesOf(each, body) === name);
}

function inputProblem(forEach: string, name: string, path: readonly string[], type: string): string | undefined {
  if (path.length === 0 && type !== 'list') {
    return `Expected \`forEach\` to be a list, got the input \`${name}\` of type ${type}.`;
  }
  if (path.length > 0 && type !== 'list' && type !== 'object') {
    return `Expected \`forEach\` to be a list, got \`${forEach}\`: the input \`${name}\` of type ${type} has nothing inside.`;
  }
  return undefined;
}

/** What is wrong where several nodes write the key: what the reducer makes of it decides. */
function reducedProblem(
  forEach: string,
  path: readonly string[],
  writers: readonly [string, FlowNode][],
  reducer: ReducerName | undefined,
): string | undefined {
  const [first] = writers;
  const [part, ...rest] = path;
  const refused = `Expected \`forEach\` to be a list, got \`${forEach}\``;
  switch (reducer) {
    case 'keyed': {
      const names = writers.map(([name]) => name).join(', ');
      const writer = writers.find(([name]) => name === part);
      if (writer !== undefined) return writerProblem(forEach, rest, writer);
      return `${refused}: \`keyed\` makes an object by node. Name one of ${names} in the path.`;
    }
    case 'union':
      return part === undefined ? undefined : `${refused}, which lies inside a list.`;
    case 'sum':
    case 'min':
    case 'max':
      return `${refused}: \`${reducer}\` makes a number.`;
    case 'deep':
      return part === undefined ? `${refused}: \`deep\` makes an object.` : undefined;
    default:
      return first && writerProblem(forEach, path, first);
  }
}

function writerProblem(
  forEach: string,
  path: readonly string[],
  [writer, body]: [string, FlowNode],
): string | undefined {
  if (body.forEach !== undefined) return undefined;
  if (body.schema === undefined) {
    return `Expected \`forEach\` to be a list, got \`${forEach}\`: \`${writer}\` writes a text. Give \`${writer}\` a \`schema\` with a list.`;
  }
  const found = schemaAt(body.schema, path);
  if (found.kind === 'unknown') return undefined;
  if (found.kind === 'nothing') {
    const known = found.names.length > 0 ? ` (${found.names.join(', ')})` : '';
    return `Expected \`forEach\` to be a list, got \`${forEach}\`: the schema of \`${writer}\` has no \`${found.missing}\`${known}.`;
  }
  const types = typesIn(found.schema, body.schema);
  if (types.length === 0 || types.includes('array')) return undefined;
  return `Expected \`forEach\` to be a list, got \`${forEach}\`, of type ${types.join(' or ')} by the schema of \`${writer}\`.${listsIn(found.schema, forEach)}`;
}

/** Names the lists that lie directly inside, as advice. */
function listsIn({ properties }: JsonSchema, forEach: string): string {
  const lists = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    .filter(([, { type }]) => type === 'array')
    .map(([name]) => `\`${forEach}.${name}\``);
  return lists.length === 0 ? '' : ` Lists inside it: ${lists.join(', ')}.`;
}
