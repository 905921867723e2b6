import { CancellationScope, CancelledFailure } from '@temporalio/workflow';

import { runStatusOf } from '../../src/fold/fold.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { Stored } from '../../src/contract/stored.js';
import { isInStore } from '../../src/contract/stored.js';
import type { Branch } from '../engine/branch.js';
import { Branches } from '../typed/branches.js';
import { graphNames, settingsOf } from '../typed/options.js';
import type { FanOutOptions, Settings } from '../typed/options.js';
import { outcomeFor } from '../typed/outcome.js';
import type { Outcome } from '../typed/outcome.js';
import { badInput, checkNames, quoted } from '../typed/refuse.js';
import { runContext } from '../typed/run-context.js';
import { workOf } from '../typed/own-work.js';
import type { Task, ValueOf } from '../typed/work.js';
import { GraphEngine } from './graph-engine.js';
import type { GraphNode } from './graph-node.js';

/** Options of a node. */
export interface NodeOptions {
  /** Goes on without the node where it is not ok: those who need it read `undefined`. */
  optional?: boolean;
}

interface Node {
  name: string;
  needs: readonly string[];
  optional: boolean;
  task?: (values: never) => Task;
  reduce?: (values: never) => unknown;
}

/** How a graph in TypeScript is run: as a fan-out is, but that its nodes' needs say what is waited for. Every field may be left out. */
export type GraphOptions = Omit<FanOutOptions, 'join' | 'quorum' | 'late' | 'economy'>;

/** What a graph has come to. */
export interface GraphResult<State> {
  status: RunStatus;
  /** What the nodes that are ok put out. */
  state: Partial<State>;
  /** How the nodes ended that ask or run something, in the order in which they were defined. */
  outcomes: Outcome<unknown>[];
}

/**
 * A graph in TypeScript. A node can need only nodes that were defined before it, and reads the input and what those put out: unknown
 * names, cycles and wrong types do not compile.
 */
export class GraphBuilder<Input extends object, State extends object = Record<never, never>> {
  private constructor(private readonly nodes: readonly Node[]) {}

  static of<Input extends object>(): GraphBuilder<Input> {
    return new GraphBuilder<Input>([]);
  }

  /** A node that does work: asks the model, runs activities of your own, another workflow, or a function. */
  node<Name extends string, const Needs extends readonly (keyof State & string)[], One extends Task>(
    name: Name extends keyof State | keyof Input ? never : Name,
    needs: Needs,
    work: (values: Input & Pick<State, Needs[number]>) => One,
  ): GraphBuilder<Input, State & Record<Name, ValueOf<One>>>;
  node<Name extends string, const Needs extends readonly (keyof State & string)[], One extends Task>(
    name: Name extends keyof State | keyof Input ? never : Name,
    needs: Needs,
    work: (values: Input & Pick<State, Needs[number]>) => One,
    options: NodeOptions & { optional: true },
  ): GraphBuilder<Input, State & Record<Name, ValueOf<One> | undefined>>;
  node(
    name: string,
    needs: readonly string[],
    task: (values: never) => Task,
    { optional = false }: NodeOptions = {},
  ): GraphBuilder<Input, never> {
    this.#check(name, needs);
    return new GraphBuilder<Input, never>([...this.nodes, { name, needs, optional, task }]);
  }

  /** A node that brings values together in code: a reducer. It asks nothing, and must not throw. */
  merge<Name extends string, const Needs extends readonly (keyof State & string)[], Value>(
    name: Name extends keyof State | keyof Input ? never : Name,
    needs: Needs,
    reduce: (values: Input & Pick<State, Needs[number]>) => Value,
  ): GraphBuilder<Input, State & Record<Name, Value>> {
    this.#check(name, needs);
    return new GraphBuilder([...this.nodes, { name, needs, optional: false, reduce }]);
  }

  // The compiler has seen to it where there is one.
  #check(name: string, needs: readonly string[]): void {
    const names = this.nodes.map((node) => node.name);
    if (typeof name !== 'string' || name.trim() === '' || names.includes(name)) {
      throw badInput({ path: [], expected: 'every node to have a name of its own', got: quoted(name) });
    }
    const strange = needs.find((need) => !names.includes(need));
    if (strange === undefined) return;
    throw badInput({
      path: [],
      expected: `\`${name}\` to need nodes defined before it (${names.join(', ') || 'none'})`,
      got: `\`${strange}\``,
    });
  }

  /**
   * Runs it inside a workflow: each node begins the moment what it needs is there. The first node that is not ok and not optional
   * cancels the rest. At the deadline nodes in flight are cut and no other begins; what is there is folded.
   *
   * @throws CancelledFailure where the workflow, or the scope around it, is cancelled: every node has ended then
   * @throws ApplicationFailure `BadInput` where an option is not what it has to be; nothing has begun then
   */
  async run(input: Input, options: GraphOptions = {}): Promise<GraphResult<State>> {
    checkNames('run', options, graphNames);
    const working = this.nodes.filter(({ task }) => task !== undefined);
    return new TypedRun<State>(this.nodes, input, settingsOf('run', options, working.length)).result();
  }
}

/** A graph in TypeScript under way: its nodes run what its functions make of the values that they need. */
class TypedRun<State> {
  readonly #values = new Map<string, unknown>();
  readonly #engine: GraphEngine;
  readonly #branches: Branches;
  /** Names of the nodes that do work, in the workflow, by those in the graph. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    readonly nodes: readonly Node[],
    readonly input: object,
    settings: Settings,
  ) {
    const { progress } = runContext();
    const keys = nodes.flatMap(({ name, task }) => (task === undefined ? [] : [name]));
    const names = runContext().nameAll(keys);
    this.#names = new Map(keys.map((key, at) => [key, names[at] ?? key]));
    this.#branches = new Branches(settings, []);
    this.#engine = new GraphEngine(
      nodes.map((node) => this.#run(node)),
      settings.policy,
      progress,
      progress.add(...names),
    );
  }

  async result(): Promise<GraphResult<State>> {
    await this.#engine.ended();
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The graph was cancelled.');
    const branches = this.#engine.branches();
    const status = this.#engine.failed === undefined ? runStatusOf(branches, { needed: 1 }) : 'failed';
    const keys = [...this.#names.keys()];
    const outcomes = branches.map((branch, at) => {
      const key = keys[at] ?? branch.key;
      return outcomeFor({ ...branch, ...this.#branches.triedOf(branch) }, key, at);
    });
    return { status, state: Object.fromEntries(this.#values) as Partial<State>, outcomes };
  }

  /** A node of the graph, as the engine runs it. */
  #run(node: Node): GraphNode {
    const { name, needs: needed, optional, task, reduce } = node;
    const key = this.#names.get(name) ?? name;
    const needs = needed.map((need) => this.#names.get(need) ?? need);
    if (task === undefined) {
      return { key, needs, fold: () => this.#hasAll(node) && this.#values.set(name, reduce?.(this.#valuesOf(node))) };
    }
    return {
      key,
      needs,
      onError: optional ? 'skip' : 'fail',
      branch: (): Branch => this.#branches.of(key, workOf(task(this.#valuesOf(node)), name)),
      write: ([output]: readonly (Stored<unknown> | undefined)[]) => {
        // A reference is what was asked for.
        if (output !== undefined) this.#values.set(name, isInStore(output) ? output : output.inline);
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
