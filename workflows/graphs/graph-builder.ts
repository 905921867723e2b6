import { CancellationScope } from '@temporalio/workflow';

import { Budget } from '../../src/plan/budget.js';
import { runStatusOf } from '../../src/fold/fold.js';
import { outcomeOfSkip } from '../../src/contract/outcome.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import type { RunStatus } from '../../src/contract/run.js';
import { outcomeOf, withinBudget } from '../engine/branch.js';
import type { Branch } from '../engine/branch.js';
import { inlineOf } from './graph-state.js';
import type { Follow } from '../engine/progress.js';
import { Window } from '../engine/window.js';

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

  /**
   * Runs it inside a workflow: each node begins the moment what it needs is there. The first node that is not ok and not optional
   * cancels the rest.
   */
  run(input: Input, policy: Policy, follow: Follow): Promise<GraphResult<State>> {
    return new TypedRun<State>(this.nodes, input, policy, follow).result();
  }
}

class TypedRun<State> {
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #values = new Map<string, unknown>();
  readonly #window: Window;
  readonly #budget: Budget;
  readonly #ends = new Map<string, Promise<StoredBranch | undefined>>();
  readonly #queuedAtMs = Date.now();
  #failed: string | undefined;

  constructor(
    readonly nodes: readonly Node[],
    readonly input: object,
    policy: Policy,
    readonly follow: Follow,
  ) {
    this.#window = new Window(policy.concurrency);
    this.#budget = new Budget(policy.budget?.usd ?? Infinity);
    // A node's needs were defined before it.
    for (const [index, node] of nodes.entries()) {
      const needs = Promise.all(node.needs.flatMap((need) => this.#ends.get(need) ?? []));
      this.#ends.set(
        node.name,
        needs.then(() => this.#run(node, index)),
      );
    }
  }

  async result(): Promise<GraphResult<State>> {
    const ended = await Promise.all(this.#ends.values());
    const branches = ended.filter((branch) => branch !== undefined);
    const status = this.#failed === undefined ? runStatusOf(branches, { needed: 1 }) : 'failed';
    return { status, state: Object.fromEntries(this.#values) as Partial<State>, branches };
  }

  async #run(node: Node, index: number): Promise<StoredBranch | undefined> {
    const { name, needs, optional, branch, reduce } = node;
    const place: Place = { key: name, index, queuedAtMs: this.#queuedAtMs };
    if (this.#failed !== undefined) {
      return branch && this.follow.ended(outcomeOfSkip(place, `${this.#failed} had failed.`, Date.now()));
    }
    const values = {
      ...this.input,
      ...Object.fromEntries(needs.map((need) => [need, this.#values.get(need)])),
    } as never;
    if (branch === undefined) {
      this.#values.set(name, reduce?.(values));
      return undefined;
    }
    const work = () =>
      this.#window.run(() => withinBudget(branch(values), place, this.#budget, () => this.follow.started(place)));
    const outcome = this.follow.ended(await this.#scope.run(() => outcomeOf(place, work)));
    if (outcome.status === 'ok' && outcome.output !== undefined) this.#values.set(name, inlineOf(outcome.output, name));
    else if (!optional) {
      this.#failed ??= name;
      this.#scope.cancel();
    }
    return outcome;
  }
}
