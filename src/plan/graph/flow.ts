import type { Known } from '../../contract/known.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import type { StoredFile } from '../../contract/document.js';
import type { Stored } from '../../contract/stored.js';
import type { FanOutOptions, ModelOptions } from '../../contract/options.js';
import type { ReducerName } from '../../fold/reducers.js';

export const inputTypes = ['string', 'number', 'boolean', 'list', 'object'] as const;
/** The type of an input of a flow. */
export type InputType = (typeof inputTypes)[number];

/** One node of a flow. */
export interface FlowNode {
  /** A template: `{{ name }}` is an input or a key of the state. */
  prompt: string;
  /** Nodes that must have ended before this one begins. */
  needs?: readonly string[];
  /** Key of the state that the answer is written to; the node's own name by default. */
  writes?: string;
  system?: string;
  model?: string;
  maxTokens?: number;
  timeoutMs?: number;
  attempts?: number;
  /** JSON Schema of the answer. */
  schema?: JsonSchema;
  /** Condition of the node: it runs only where this holds; see `parseWhen`. */
  when?: string;
  /** The run's reaction when the node is not ok: it fails, goes on without, or goes on with `fallback`. */
  onError?: 'fail' | 'skip' | 'fallback';
  fallback?: unknown;
  /**
   * List whose items the node runs for, each as `{{ item }}`: an input or a key of the state, or the path to a list inside one, such as
   * `find.parts`. The answers are a list.
   */
  forEach?: string;
}

/** A directed graph of model calls with a state that they write to. */
export interface Flow {
  /** Names and types of the inputs. */
  input?: { [name: string]: InputType };
  /** In the order of the result. */
  nodes: { [name: string]: FlowNode };
  /** How several writers of one key meet. */
  state?: { [key: string]: { reducer: ReducerName } };
  /** Key of the state that is the run's output; all of it by default. */
  output?: string;
  /** Of its runs, unless a run says otherwise; see `FanOutOptions`. */
  priority?: number;
}

/** Input of the workflow `graph`. */
export interface GraphInput extends FanOutOptions, ModelOptions {
  flow: Flow;
  /** Values of the flow's inputs; one of type string may be a file that the API reads itself. */
  values?: { [name: string]: Stored<unknown> | StoredFile };
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
}

/** A problem of a flow, with its path in the YAML or JSON file. */
export interface FlowProblem {
  path: (string | number)[];
  message: string;
}

/** Key of one answer of a `forEach` node. */
export function itemKey(node: string, item: number): string {
  return `${node}[${item}]`;
}

/** The node of a branch of a graph: of an answer of a `forEach` node, or of a node by its own key. */
export function nodeOf(key: string): string {
  return key.replace(/\[\d+\]$/, '');
}

export function writesOf(name: string, { writes }: Pick<FlowNode, 'writes'>): string {
  return writes ?? name;
}

/** All nodes that a node waits for, directly and through others, in no particular order. */
export function ancestorsOf(name: string, { nodes }: Pick<Flow, 'nodes'>): Set<string> {
  const found = new Set<string>();
  const visit = (each: string) => {
    for (const need of nodes[each]?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      visit(need);
    }
  };
  visit(name);
  return found;
}
