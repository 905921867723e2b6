import { CancellationScope, patched } from '@temporalio/workflow';

import { Budget } from '../../src/plan/budget.js';
import { itemKey } from '../../src/plan/graph/flow.js';
import { outcomeOfLate, outcomeOfSkip, tooLate } from '../../src/contract/outcome.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { Policy } from '../../src/contract/options.js';
import type { Stored } from '../../src/contract/stored.js';
import { outcomeOf, withinBudget } from '../engine/branch.js';
import { startDeadline, whyLate } from '../engine/join.js';
import type { Follow } from '../engine/progress.js';
import { Window } from '../engine/window.js';
import { isFolding } from './graph-node.js';
import type { AskingNode, GraphNode } from './graph-node.js';

/**
 * Most items of one node that are under way, whatever the concurrency. A workflow task that begins or ends a thousand takes seconds on a
 * busy machine, and one of five ends its worker.
 */
const mostAbreast = 200;

/** How a node has ended. */
interface NodeEnd {
  /** One, or one for each item; none where the node only folds. */
  branches: StoredBranch[];
  /** Whether it was never meant to run: its condition did not hold, or all that it needs was left out. */
  leftOut: boolean;
}

/**
 * A graph under way, wherever its nodes come from: a flow's file (`graph-run.ts`) or code (`graph-builder.ts`).
 *
 * GraphEngine-1. A node begins when the nodes that it needs have ended, and not before; it waits for nothing else but its turn.
 * GraphEngine-2. Every node has exactly one end, in the order in which the nodes are given.
 * GraphEngine-3. A node that must not fail and does cancels those in flight, and no other begins.
 * GraphEngine-4. At the deadline those in flight are cut and no other begins: they are late, and fail nothing. Nodes that only fold still do.
 * GraphEngine-5. A branch has a scope of its own: one that is cut leaves its siblings alone, and its node says what becomes of the run.
 * GraphEngine-6. No workflow task begins more than a few hundred items of a node.
 * GraphEngine-7. When the caller's scope is cancelled, every node still ends.
 */
export class GraphEngine {
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #window: Window;
  readonly #budget: Budget;
  readonly #places: ReadonlyMap<string, number>;
  readonly #ends = new Map<string, Promise<NodeEnd>>();
  readonly #ended = new Map<string, NodeEnd>();
  readonly #deadline: CancellationScope | undefined;
  #nextIndex: number;
  #failed: string | undefined;
  /** What is said of nodes that were not there at the deadline, once it is over. */
  #late: string | undefined;

  constructor(
    readonly nodes: readonly GraphNode[],
    readonly policy: Policy,
    readonly follow: Follow,
    /** Index of the first node that asks, where the run has had branches before. */
    firstIndex = 0,
  ) {
    this.#window = new Window(policy.concurrency);
    this.#budget = new Budget(policy.budget?.usd ?? Infinity);
    this.#places = new Map(nodes.filter((node) => !isFolding(node)).map(({ key }, index) => [key, firstIndex + index]));
    this.#nextIndex = firstIndex + this.#places.size;
    for (const node of nodes) void this.#start(node);
    this.#deadline = this.#startDeadline();
  }

  /** The first node that had to be ok and was not. */
  get failed(): string | undefined {
    return this.#failed;
  }

  /** Comes back when every node has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends.values());
    this.#deadline?.cancel();
  }

  /** Of nodes that have ended, in the order of the nodes; `index` is their place in it. */
  branches(): StoredBranch[] {
    return this.nodes.flatMap(({ key }) => this.branchesOf(key)).map((branch, index) => ({ ...branch, index }));
  }

  branchesOf(key: string): readonly StoredBranch[] {
    return this.#ended.get(key)?.branches ?? [];
  }

  /** Of nodes that were meant to run. */
  meant(): StoredBranch[] {
    return [...this.#ended.values()].filter(({ leftOut }) => !leftOut).flatMap(({ branches }) => branches);
  }

  /** When a node ended, in milliseconds since the epoch. */
  endedAtMs(key: string): number {
    return Math.max(...this.branchesOf(key).map(({ finishedAt }) => Date.parse(finishedAt ?? '')));
  }

  // Needs may stand further down than who needs them.
  #start(node: GraphNode): Promise<NodeEnd> {
    const known = this.#ends.get(node.key);
    if (known) return known;
    const needs = node.needs.map((need) => this.#start(this.#node(need)));
    const end = this.#run(node, Promise.all(needs)).then((ended) => {
      this.#ended.set(node.key, ended);
      return ended;
    });
    this.#ends.set(node.key, end);
    return end;
  }

  async #run(node: GraphNode, needs: Promise<NodeEnd[]>): Promise<NodeEnd> {
    const needed = await needs;
    if (isFolding(node)) {
      if (this.#failed === undefined) node.fold();
      return { branches: [], leftOut: false };
    }
    const place: Place = { key: node.key, index: this.#places.get(node.key) ?? 0, queuedAtMs: Date.now() };
    if (this.#failed !== undefined) return this.#leaveOut(place, `${this.#failed} had failed.`);
    const allLeftOut = needed.length > 0 && needed.every(({ leftOut }) => leftOut);
    if (allLeftOut) return this.#leaveOut(place, 'All that it needs was left out.');
    try {
      if (this.#late !== undefined) return this.#end(node, [this.#tellLate(place, this.#late)], false);
      const why = node.leftOut?.();
      if (why !== undefined) return this.#leaveOut(place, why);
      const branches =
        node.items === undefined ? [await this.#ask(node, place)] : await this.#askEach(node, node.items);
      return this.#end(node, branches);
    } catch (failure) {
      const outcome = await outcomeOf(place, () => Promise.reject(failure as Error));
      this.follow.ended(outcome);
      return this.#end(node, [outcome], false);
    }
  }

  async #askEach(node: AskingNode, itemsOf: () => readonly unknown[]): Promise<StoredBranch[]> {
    const items = itemsOf();
    const queuedAtMs = Date.now();
    const first = this.#nextIndex;
    this.#nextIndex += items.length;
    const askOne = (at: number) =>
      this.#ask(node, { key: itemKey(node.key, at), index: first + at, queuedAtMs }, items[at]);
    // Runs of before began all at once.
    if (items.length <= mostAbreast || !patched('graph-abreast')) return Promise.all(items.map((_, at) => askOne(at)));
    const branches: StoredBranch[] = [];
    let next = 0;
    const askOnAndOn = async () => {
      while (next < items.length) {
        const at = next;
        next += 1;
        branches[at] = await askOne(at);
      }
    };
    await Promise.all(Array.from({ length: mostAbreast }, askOnAndOn));
    return branches;
  }

  async #ask(node: AskingNode, place: Place, item?: unknown): Promise<StoredBranch> {
    const branch = node.branch(place.key, item);
    const work = () => withinBudget(branch, place, this.#budget, () => this.follow.started(place));
    const scope = new CancellationScope({ cancellable: true, parent: this.#scope });
    let cut = false;
    this.follow.steered?.(place, {
      cancel: () => {
        cut = true;
        scope.cancel();
      },
    });
    const outcome = await scope.run(() => outcomeOf(place, () => this.#window.run(work)));
    const isLate = this.#late !== undefined && outcome.status === 'cancelled' && !cut;
    return this.follow.ended(isLate ? tooLate(outcome, this.#late as string) : outcome);
  }

  #leaveOut(place: Place, why: string): NodeEnd {
    const skipped = outcomeOfSkip(place, why, Date.now());
    const branch: StoredBranch = { ...skipped, error: { type: 'LeftOut', message: why } };
    this.follow.ended(branch);
    return { branches: [branch], leftOut: true };
  }

  #tellLate(place: Place, why: string): StoredBranch {
    return this.follow.ended(outcomeOfLate(place, why, Date.now()));
  }

  /** Writes what has come; what has not is as `onError` says. */
  #end(node: AskingNode, branches: StoredBranch[], hasRun = true): NodeEnd {
    const outputs = branches.map(({ status, output }): Stored<unknown> | undefined => {
      if (status === 'ok' && output !== undefined) return output;
      if (node.onError === 'fallback') return { inline: node.fallback };
      if (node.onError === 'fail') this.#fail(node.key);
      return undefined;
    });
    // A node that did not come to its items has no gap for any of them.
    node.write(hasRun ? outputs : outputs.filter((output) => output !== undefined));
    return { branches, leftOut: false };
  }

  #node(key: string): GraphNode {
    return this.nodes.find((node) => node.key === key) as GraphNode;
  }

  #fail(node: string): void {
    if (this.#late !== undefined) return;
    this.#failed ??= node;
    this.#scope.cancel();
  }

  #startDeadline(): CancellationScope | undefined {
    // Runs of before had none, whatever their policy said.
    if (this.policy.deadlineMs === null || !patched('graph-deadline')) return undefined;
    return startDeadline({ ...this.policy, economy: false }, () => {
      if (this.#failed !== undefined) return;
      this.#late = whyLate('deadline', this.policy);
      this.#scope.cancel();
    });
  }
}
