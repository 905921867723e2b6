import { mostItems } from '../../plan/graph/for-each.js';
import type { GraphPlan, PlannedNode } from '../../plan/graph/graph-plan.js';
import { parsePath, parseTemplate, shown, valueAt, variablesOf } from '../../plan/graph/template.js';
import { checkFiles, estimateTokens, fileTokens, upperBoundUsd } from '../../model/index.js';
import type { Sized } from '../../model/index.js';
import { tokenFactor } from '../../tokens/index.js';
import { LocalFile } from './local-file.js';

/** The most that a node's question can have in tokens, and how often it is asked; `null` where only the run shows that. */
export interface BoundNode extends Sized {
  key: string;
  times: number | null;
  /** Whether it may be asked less often: the schema of its list says only how long that is at most. */
  isAtMost: boolean;
  /** US dollars of all its questions; `null` where it is not known. */
  boundUsd: number | null;
  /** US dollars of one question; `null` where it is not known. */
  questionUsd: number | null;
}

/**
 * Bounds each node's questions and cost by its template, its inputs and every token that the nodes before it may write.
 *
 * @param values of the flow's inputs
 */
export function boundFlow(plan: GraphPlan, values: Readonly<Record<string, unknown>>): BoundNode[] {
  return plan.nodes.map((node) => {
    const size = sizeOfNode(node, plan, values);
    const times = timesOf(node, plan, values);
    const questionUsd = size.inputTokens === Infinity ? null : upperBoundUsd(size);
    return {
      ...size,
      key: node.key,
      times,
      isAtMost: times !== null && node.forEach !== undefined && !Array.isArray(listOf(node.forEach, values)),
      questionUsd,
      boundUsd: questionUsd === null || times === null ? null : questionUsd * times,
    };
  });
}

function sizeOfNode(node: PlannedNode, plan: GraphPlan, values: Readonly<Record<string, unknown>>): Sized {
  const { model, maxTokens, schema } = node;
  const literal = [node.prompt, node.system ?? '']
    .flatMap(parseTemplate)
    .filter((part) => typeof part === 'string')
    .join('');
  const own = tokensOf(literal + (schema === undefined ? '' : JSON.stringify(schema)), model);
  const read = variablesOf(`${node.prompt}${node.system ?? ''}`).reduce(
    (sum, name) => sum + tokensIn(name, node, plan, values),
    0,
  );
  return { model, maxTokens, inputTokens: own + read, cached: false, structured: schema !== undefined };
}

function tokensIn(name: string, node: PlannedNode, plan: GraphPlan, values: Readonly<Record<string, unknown>>): number {
  if (name === 'item' && node.forEach !== undefined) {
    const list = listOf(node.forEach, values);
    return Array.isArray(list)
      ? Math.max(0, ...list.map((item) => tokensOf(shown(item), node.model)))
      : tokensIn(parsePath(node.forEach)[0], node, plan, values);
  }
  if (Object.hasOwn(values, name)) return tokensOfValue(values[name], node.model);
  return plan.nodes
    .filter(({ writes }) => writes === name)
    .reduce(
      (sum, writer) => sum + writer.maxTokens * rereads(writer, node) * (timesOf(writer, plan, values) ?? Infinity),
      0,
    );
}

function tokensOfValue(value: unknown, model: string): number {
  if (!(value instanceof LocalFile)) return tokensOf(shown(value), model);
  // Its title stands before it, and its name in the prompt.
  const { extent, name } = value;
  return fileTokens(extent, model) + 2 * tokensOf(`File [${name}]:`, model);
}

/** @throws InputError where the files that a node's prompt speaks of are more than the API takes in one request */
export function checkFilesOfNodes({ nodes }: GraphPlan, values: Readonly<Record<string, unknown>>): void {
  for (const { prompt, model } of nodes) {
    const files = variablesOf(prompt).flatMap((name) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value instanceof LocalFile ? [value] : [];
    });
    checkFiles(files, model);
  }
}

/** How often a node asks at most: once, once for each item that is there, or for as many as the schema of the list allows. */
function timesOf(
  { key, forEach }: PlannedNode,
  { flow }: GraphPlan,
  values: Readonly<Record<string, unknown>>,
): number | null {
  if (forEach === undefined) return 1;
  const list = listOf(forEach, values);
  return Array.isArray(list) ? list.length : (mostItems(key, flow) ?? null);
}

function listOf(forEach: string, values: Readonly<Record<string, unknown>>): unknown {
  const [name, ...path] = parsePath(forEach);
  return Object.hasOwn(values, name) ? valueAt(values[name], path) : undefined;
}

/** What one model wrote may be more tokens to another. */
function rereads(writer: PlannedNode, reader: PlannedNode): number {
  return Math.max(1, tokenFactor(reader.model) / tokenFactor(writer.model));
}

function tokensOf(text: string, model: string): number {
  return text === '' ? 0 : estimateTokens({ model, max_tokens: 1, messages: [{ role: 'user', content: text }] });
}
