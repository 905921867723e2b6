import { ApplicationFailure, CancellationScope, CancelledFailure, workflowInfo } from '@temporalio/workflow';

import type { ModelRequest } from '../../src/contract/model-request.js';
import type { Stored } from '../../src/contract/stored.js';
import { Budget } from '../../src/plan/budget.js';
import { itemKey } from '../../src/plan/graph/flow.js';
import type { GraphPlan, PlannedNode } from '../../src/plan/graph/graph-plan.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import { outcomeOfSkip } from '../../src/contract/outcome.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import { divided, Part } from '../../src/contract/output-parts.js';
import type { DividedOutput } from '../../src/contract/output-parts.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { RunStatus } from '../../src/contract/run.js';
import { holds, parseWhen } from '../../src/plan/graph/when.js';
import { modelBranch, outcomeOf, withinBudget } from '../engine/branch.js';
import { GraphState, inlineOf } from './graph-state.js';
import type { RunProgress } from '../engine/progress.js';
import { Window } from '../engine/window.js';

/** How a node has ended. */
interface NodeEnd {
  /** One, or one for each item of a `forEach`. */
  branches: StoredBranch[];
  /** Whether it was never meant to run: its condition did not hold, or all that it needs was left out. */
  leftOut: boolean;
}

/**
 * A graph under way.
 *
 * GraphRun-1. A node begins when the nodes that it needs have ended, and not before; it waits for nothing else but room.
 * GraphRun-2. Every node has exactly one end, in file order.
 * GraphRun-3. A node that must not fail and does cancels those in flight, and no other begins.
 */
export class GraphRun {
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #queuedAtMs = Date.now();
  readonly #state: GraphState;
  readonly #window: Window;
  readonly #budget: Budget;
  readonly #ends = new Map<string, Promise<NodeEnd>>();
  readonly #ended = new Map<string, NodeEnd>();
  #items = 0;
  #failed: string | undefined;

  constructor(
    readonly plan: GraphPlan,
    values: Readonly<Record<string, Stored<unknown>>>,
    readonly progress: RunProgress,
  ) {
    this.#state = new GraphState(plan, values);
    this.#window = new Window(plan.policy.concurrency);
    this.#budget = new Budget(plan.policy.budget?.usd ?? Infinity);
    for (const node of plan.nodes) void this.#start(node);
  }

  async ended(): Promise<void> {
    await Promise.all(this.#ends.values());
  }

  /**
   * @throws ApplicationFailure `RunFailed` with the result as its first detail, when the run has failed
   * @throws CancelledFailure when the run was cancelled
   */
  finish(): RunResult {
    if (CancellationScope.current().consideredCancelled) {
      this.progress.finished('cancelled');
      throw new CancelledFailure('The run was cancelled.');
    }
    const status = this.#status;
    this.progress.finished(status);
    const contradictions = this.#state.contradictions();
    const result: RunResult = {
      status,
      ...this.#output(),
      branches: this.#branches(),
      criticalPath: this.#criticalPath(),
      ...(contradictions.length > 0 && { contradictions }),
    };
    if (status !== 'failed') return result;
    const culprit = result.branches.find(({ key }) => key === this.#failed);
    const message = `${this.#failed ?? 'Every node'} ${culprit?.status ?? 'failed'}: ${culprit?.error?.message ?? ''}`;
    throw ApplicationFailure.create({ type: 'RunFailed', message, nonRetryable: true, details: [result] });
  }

  // Needs may stand further down in the file than who needs them.
  #start(node: PlannedNode): Promise<NodeEnd> {
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

  async #run(node: PlannedNode, needs: Promise<NodeEnd[]>): Promise<NodeEnd> {
    const needed = await needs;
    const place: Place = { key: node.key, index: this.#indexOf(node.key), queuedAtMs: Date.now() };
    if (this.#failed !== undefined) return this.#leaveOut(place, `${this.#failed} had failed.`);
    const allLeftOut = needed.length > 0 && needed.every(({ leftOut }) => leftOut);
    if (allLeftOut) return this.#leaveOut(place, 'All that it needs was left out.');
    try {
      if (node.when !== undefined && !this.#holds(node, node.when)) {
        return this.#leaveOut(place, `Its condition does not hold: ${node.when}`);
      }
      const branches =
        node.forEach === undefined ? [await this.#ask(node, place)] : await this.#askEach(node, node.forEach);
      this.#settle(node, branches);
      return { branches, leftOut: false };
    } catch (failure) {
      const outcome = await outcomeOf(place, () => Promise.reject(failure as Error));
      this.progress.ended(outcome);
      this.#settle(node, [outcome]);
      return { branches: [outcome], leftOut: false };
    }
  }

  #leaveOut(place: Place, why: string): NodeEnd {
    const skipped = outcomeOfSkip(place, why, Date.now());
    const branch: StoredBranch = { ...skipped, error: { type: 'LeftOut', message: why } };
    this.progress.ended(branch);
    return { branches: [branch], leftOut: true };
  }

  #holds(node: PlannedNode, when: string): boolean {
    const condition = parseWhen(when);
    const value = this.#state.read(condition.name, node.key);
    return holds(condition, value === undefined ? undefined : inlineOf(value, condition.name));
  }

  async #askEach(node: PlannedNode, list: string): Promise<StoredBranch[]> {
    const stored = this.#state.read(list, node.key);
    const items = stored === undefined ? [] : inlineOf(stored, list);
    if (!Array.isArray(items)) {
      throw ApplicationFailure.nonRetryable(`Expected \`${list}\` to be a list, got ${typeof items}.`, 'NoList');
    }
    const queuedAtMs = Date.now();
    return Promise.all(
      items.map((item: unknown, at) => {
        const index = this.plan.nodes.length + this.#items;
        this.#items += 1;
        return this.#ask(node, { key: itemKey(node.key, at), index, queuedAtMs }, item);
      }),
    );
  }

  async #ask(node: PlannedNode, place: Place, item?: unknown): Promise<StoredBranch> {
    const { model, policy, nodes } = this.plan;
    const settings = {
      offline: model.offline,
      timeoutMs: node.timeoutMs,
      attempts: node.attempts,
      inlineBytes: Math.floor(inlineAnswersBytes / nodes.length),
      ...(model.fresh && { freshSinceMs: this.#queuedAtMs }),
      ...(policy.hedge && { hedge: { run: workflowInfo().runId } }),
    };
    const bound = policy.budget?.boundsUsd[this.#indexOf(node.key)];
    const branch = modelBranch(place.key, this.#requestOf(node, item), settings, bound);
    const work = () => withinBudget(branch, place, this.#budget, () => this.progress.started(place));
    const scope = new CancellationScope({ cancellable: true, parent: this.#scope });
    this.progress.steered(place, { cancel: () => scope.cancel() });
    const outcome = await scope.run(() => outcomeOf(place, () => this.#window.run(work)));
    return this.progress.ended(outcome);
  }

  #requestOf(node: PlannedNode, item: unknown): ModelRequest {
    const parts = this.#state.parts(node.prompt, node.key, item);
    return {
      model: node.model,
      maxTokens: node.maxTokens,
      system: node.system ?? '',
      prompt: '',
      promptParts: parts,
      ...(node.schema !== undefined && { outputSchema: node.schema }),
    };
  }

  /** Writes what has come; what has not is as `onError` says. */
  #settle(node: PlannedNode, branches: readonly StoredBranch[]): void {
    const values = branches.flatMap(({ status, output }): Stored<unknown>[] => {
      if (status === 'ok' && output !== undefined) return [output];
      if (node.onError === 'fallback') return [{ inline: node.fallback }];
      if (node.onError === 'fail') this.#fail(node.key);
      return [];
    });
    if (node.forEach !== undefined) {
      this.#state.write(node.key, { inline: values.map((value) => inlineOf(value, node.writes)) });
    } else if (values[0] !== undefined) this.#state.write(node.key, values[0]);
  }

  #fail(node: string): void {
    this.#failed ??= node;
    this.#scope.cancel();
  }

  get #status(): RunStatus {
    if (this.#failed !== undefined) return 'failed';
    const meant = [...this.#ended.values()].filter(({ leftOut }) => !leftOut).flatMap(({ branches }) => branches);
    if (meant.every(({ status }) => status === 'ok')) return 'complete';
    return meant.some(({ status }) => status === 'ok') ? 'partial' : 'failed';
  }

  #output(): DividedOutput {
    const { output } = this.plan.flow;
    const state = this.#state.all();
    if (output !== undefined) return divided(state[output] === undefined ? null : new Part(state[output]));
    return divided(Object.fromEntries(Object.entries(state).map(([key, value]) => [key, new Part(value)])));
  }

  #branches(): StoredBranch[] {
    return this.plan.nodes
      .flatMap(({ key }) => this.#ended.get(key)?.branches ?? [])
      .map((branch, index) => ({ ...branch, index }));
  }

  /** From what ended last back to what it waited for. */
  #criticalPath(): string[] {
    const endOf = (key: string) =>
      Math.max(...(this.#ended.get(key)?.branches ?? []).map(({ finishedAt }) => Date.parse(finishedAt ?? '')));
    const lastOf = (keys: readonly string[]) => keys.toSorted((left, right) => endOf(right) - endOf(left))[0];
    const path: string[] = [];
    for (
      let key = lastOf(this.plan.nodes.map((node) => node.key));
      key !== undefined;
      key = lastOf(this.#node(key).needs)
    ) {
      path.unshift(key);
    }
    return path;
  }

  #node(key: string): PlannedNode {
    return this.plan.nodes[this.#indexOf(key)] as PlannedNode;
  }

  #indexOf(key: string): number {
    return this.plan.nodes.findIndex((node) => node.key === key);
  }
}
