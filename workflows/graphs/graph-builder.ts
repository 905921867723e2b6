import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

import { runStatusOf } from '../../src/fold/fold.js';
import { policyOf } from '../../src/plan/policy.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { Stored } from '../../src/contract/stored.js';
import type { Branch } from '../engine/branch.js';
import { checked } from '../engine/checked.js';
import { RunProgress } from '../engine/progress.js';
import type { Follow } from '../engine/progress.js';
import { GraphEngine } from './graph-engine.js';
import type { GraphNode } from './graph-node.js';
import { inlineOf } from './graph-state.js';

/** A branch whose output has a type; see {@link typed}. */
export type TypedBranch<Value> = Branch & { readonly _value?: Value };

/** Says what a branch puts out: `string` for a model without a schema, else what the schema or the activity makes. */
export function typed<Value>(branch: Branch): TypedBranch<Value> {
  return branch;
}

type Empty = Record<never, never>;

interface NodeOptions {
  /** Goes on without the node where it is not ok: those who need it read `undefined`. */
  optional?: boolean;
}

interface Node {
  name: string;
  needs: readonly string[];
  optional: boolean;
  branch?: (values: never) => Branch;
  reduce?: (values: never) => unknown;
}

/** How a graph in TypeScript is run. Every field may be left out. */
export interface GraphOptions {
  /** Milliseconds from its start after which it is folded as it stands, 1 or more; none by default. */
  deadlineMs?: number;
  /** Most branches in flight at once, 1 or more; 50 by default. */
  concurrency?: number;
  /** The most that it may spend, in US dollars; none by default. Each branch needs its `boundUsd` then. */
  budgetUsd?: number;
  /**
   * Told of every branch. By default one that shows the graph in the Web UI and lets branches be cut by the update `cancelBranch`; it
   * answers for the whole workflow, so that one which runs several graphs gives each its own.
   */
  progress?: Follow;
}

/** What a graph has come to. */
export interface GraphResult<State> {
  status: RunStatus;
  /** What the nodes that are ok put out. */
  state: Partial<State>;
  /** Nodes that asked or ran something, in the order in which they were defined. */
  branches: StoredBranch[];
}

/**
 * A graph in TypeScript. A node can need only nodes that were defined before it, and reads the input and what those put out: unknown
 * names, cycles and wrong types do not compile.
 */
export class GraphBuilder<Input extends object, State extends object = Empty> {
  private constructor(private readonly nodes: readonly Node[]) {}

  static of<Input extends object>(): GraphBuilder<Input> {
    return new GraphBuilder<Input>([]);
  }

  /** A node that runs a branch. */
  node<Name extends string, const Needs extends readonly (keyof State & string)[], Value>(
    name: Name extends keyof State | keyof Input ? never : Name,
    needs: Needs,
    branch: (values: Input & Pick<State, Needs[number]>) => TypedBranch<Value>,
  ): GraphBuilder<Input, State & Record<Name, Value>>;
  node<Name extends string, const Needs extends readonly (keyof State & string)[], Value>(
    name: Name extends keyof State | keyof Input ? never : Name,
    needs: Needs,
    branch: (values: Input & Pick<State, Needs[number]>) => TypedBranch<Value>,
    options: NodeOptions & { optional: true },
  ): GraphBuilder<Input, State & Record<Name, Value | undefined>>;
  node(
    name: string,
    needs: readonly string[],
    branch: (values: never) => Branch,
    { optional = false }: NodeOptions = {},
  ): GraphBuilder<Input, never> {
    return new GraphBuilder<Input, never>([...this.nodes, { name, needs, optional, branch }]);
  }

  /** A node that brings values together in code: a reducer. It asks nothing, and must not throw. */
  merge<Name extends string, const Needs extends readonly (keyof State & string)[], Value>(
    name: Name extends keyof State | keyof Input ? never : Name,
    needs: Needs,
    reduce: (values: Input & Pick<State, Needs[number]>) => Value,
  ): GraphBuilder<Input, State & Record<Name, Value>> {
    return new GraphBuilder([...this.nodes, { name, needs, optional: false, reduce }]);
  }

  /** Keys of the nodes that run a branch, in the order in which they were defined: what a `RunProgress` is made of. */
  get keys(): string[] {
    return this.nodes.flatMap(({ name, branch }) => (branch === undefined ? [] : [name]));
  }

  /**
   * Runs it inside a workflow: each node begins the moment what it needs is there. The first node that is not ok and not optional
   * cancels the rest. At the deadline nodes in flight are cut and no other begins; what is there is folded.
   *
   * @throws CancelledFailure where the workflow, or the scope around it, is cancelled: every node has ended then
   * @throws ApplicationFailure `BadInput` where an option is not what it has to be; nothing has begun then
   */
  run(input: Input, options?: GraphOptions): Promise<GraphResult<State>>;
  /** With a policy of one's own, of which concurrency, deadline and budget count, and whoever is told of the branches. */
  run(input: Input, policy: Policy, follow: Follow): Promise<GraphResult<State>>;
  async run(input: Input, given: GraphOptions | Policy = {}, follow?: Follow): Promise<GraphResult<State>> {
    if (follow !== undefined) return new TypedRun<State>(this.nodes, input, given as Policy, follow).result();
    const { progress, budgetUsd, ...options } = given as GraphOptions;
    // A branch says itself what it may cost.
    const budget = budgetUsd === undefined ? null : { usd: budgetUsd, boundsUsd: this.keys.map(() => 0) };
    const policy = checked(() => policyOf({ ...options, ...(budget && { budget }) }, this.keys.length));
    if (progress !== undefined) return new TypedRun<State>(this.nodes, input, policy, progress).result();
    return shown(this.keys, (shower) => new TypedRun<State>(this.nodes, input, policy, shower).result());
  }
}

/** Runs a graph that nobody else shows, and shows it. */
async function shown<Result extends { status: RunStatus }>(
  keys: readonly string[],
  run: (progress: RunProgress) => Promise<Result>,
): Promise<Result> {
  const progress = new RunProgress(keys, false);
  let status: RunStatus = 'cancelled';
  try {
    const result = await run(progress);
    ({ status } = result);
    return result;
  } finally {
    progress.finished(status);
  }
}

/** A graph in TypeScript under way: its nodes run what its functions make of the values that they need. */
class TypedRun<State> {
  readonly #values = new Map<string, unknown>();
  readonly #engine: GraphEngine;

  constructor(
    readonly nodes: readonly Node[],
    readonly input: object,
    policy: Policy,
    follow: Follow,
  ) {
    this.#engine = new GraphEngine(
      nodes.map((node) => this.#run(node)),
      policy,
      follow,
    );
  }

  async result(): Promise<GraphResult<State>> {
    await this.#engine.ended();
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The graph was cancelled.');
    const branches = this.#engine.branches();
    const status = this.#engine.failed === undefined ? runStatusOf(branches, { needed: 1 }) : 'failed';
    return { status, state: Object.fromEntries(this.#values) as Partial<State>, branches };
  }

  /** A node of the graph, as the engine runs it. */
  #run(node: Node): GraphNode {
    const { name: key, needs, optional, branch, reduce } = node;
    if (branch === undefined) {
      return { key, needs, fold: () => this.#hasAll(node) && this.#values.set(key, reduce?.(this.#valuesOf(node))) };
    }
    return {
      key,
      needs,
      onError: optional ? 'skip' : 'fail',
      branch: () => branch(this.#valuesOf(node)),
      write: ([output]: readonly Stored<unknown>[]) => {
        if (output !== undefined) this.#values.set(key, inlineOf(output, key));
      },
    };
  }

  /** Whether all is there that a node cannot do without; at a deadline it may not be. */
  #hasAll({ needs }: Node): boolean {
    return this.nodes.every(({ name, optional }) => optional || !needs.includes(name) || this.#values.has(name));
  }

  #valuesOf({ needs }: Node): never {
    const needed = needs.map((need) => [need, this.#values.get(need)]);
    return { ...this.input, ...Object.fromEntries(needed) } as never;
  }
}
