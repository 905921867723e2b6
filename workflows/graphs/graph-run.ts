import { ApplicationFailure, CancellationScope, CancelledFailure, workflowInfo } from '@temporalio/workflow';

import type { Known, KnownBranch } from '../../src/contract/known.js';
import type { GraphPlan, PlannedNode } from '../../src/plan/graph/graph-plan.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { divided, Part } from '../../src/fold/output-parts.js';
import type { DividedOutput } from '../../src/fold/output-parts.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { Stored } from '../../src/contract/stored.js';
import { parsePath, valueAt } from '../../src/plan/graph/template.js';
import { holds, parseWhen } from '../../src/plan/graph/when.js';
import { modelBranch } from '../engine/branch.js';
import type { AskSettings } from '../engine/branch.js';
import type { RunProgress } from '../engine/progress.js';
import { GraphEngine } from './graph-engine.js';
import type { AskingNode } from './graph-node.js';
import { GraphState, inlineOf } from './graph-state.js';

/** The graph of a flow's file under way: its nodes ask the model, and write what they are answered to the state. */
export class GraphRun {
  readonly #startedAtMs = Date.now();
  readonly #state: GraphState;
  readonly #engine: GraphEngine;
  /** Outcomes that are taken over, by their keys: items come by the thousand. */
  readonly #known: ReadonlyMap<string, KnownBranch>;

  constructor(
    readonly plan: GraphPlan,
    values: Readonly<Record<string, Stored<unknown>>>,
    readonly progress: RunProgress,
    known?: Known,
  ) {
    this.#known = new Map((known?.branches ?? []).map((branch) => [branch.key, branch]));
    this.#state = new GraphState(plan, values);
    this.#engine = new GraphEngine(
      plan.nodes.map((node, index) => this.#asked(node, index)),
      plan.policy,
      progress,
    );
  }

  ended(): Promise<void> {
    return this.#engine.ended();
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
      branches: this.#engine.branches(),
      criticalPath: this.#criticalPath(),
      ...(contradictions.length > 0 && { contradictions }),
    };
    if (status !== 'failed') return result;
    throw ApplicationFailure.create({
      type: 'RunFailed',
      message: this.#whyFailed(),
      nonRetryable: true,
      details: [result],
    });
  }

  #whyFailed(): string {
    const { failed } = this.#engine;
    const ended = failed === undefined ? this.#engine.meant() : this.#engine.branchesOf(failed);
    const culprit = ended.find(({ status }) => status !== 'ok');
    const how = culprit === undefined ? '' : `${culprit.key} ${culprit.status}: ${culprit.error?.message ?? ''}`;
    return failed === undefined ? `No node is ok. First: ${how}` : how;
  }

  /** A node of the file, as the engine runs it. */
  #asked(node: PlannedNode, index: number): AskingNode {
    const { key, needs, onError, fallback, when, forEach } = node;
    const bound = this.plan.policy.budget?.boundsUsd[index];
    return {
      key,
      needs,
      onError,
      fallback,
      ...(when !== undefined && { leftOut: () => this.#leftOut(node, when) }),
      ...(forEach !== undefined && { items: () => this.#items(node, forEach) }),
      branch: (branchKey, item) => {
        const branch = modelBranch(branchKey, this.#requestOf(node, item), this.#settingsOf(node), bound);
        const takenOver = this.#known.get(branchKey);
        return takenOver === undefined ? branch : { ...branch, known: takenOver };
      },
      write: (outputs) => this.#write(node, outputs),
    };
  }

  #leftOut(node: PlannedNode, when: string): string | undefined {
    const condition = parseWhen(when);
    const value = this.#state.read(condition.name, node.key);
    const isMet = holds(condition, value === undefined ? undefined : inlineOf(value, condition.name));
    return isMet ? undefined : `Its condition does not hold: ${when}`;
  }

  #items(node: PlannedNode, forEach: string): readonly unknown[] {
    const [name, ...path] = parsePath(forEach);
    const stored = this.#state.read(name, node.key);
    if (stored === undefined) return [];
    const items = valueAt(inlineOf(stored, name), path);
    if (Array.isArray(items)) return items;
    const got = items === undefined ? 'nothing' : items === null ? 'null' : typeof items;
    throw ApplicationFailure.nonRetryable(`Expected \`${forEach}\` to be a list, got ${got}.`, 'NoList');
  }

  #settingsOf({ timeoutMs, attempts }: PlannedNode): AskSettings {
    const { model, policy, nodes } = this.plan;
    return {
      offline: model.offline,
      timeoutMs,
      attempts,
      inlineBytes: Math.floor(inlineAnswersBytes / nodes.length),
      ...(model.fresh && { freshSinceMs: this.#startedAtMs }),
      ...(policy.hedge && { hedge: { run: workflowInfo().runId } }),
    };
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

  #write({ key, forEach, writes }: PlannedNode, outputs: readonly (Stored<unknown> | undefined)[]): void {
    const [output] = outputs;
    if (forEach !== undefined) {
      // A gap stays a gap: what comes behind it would answer for another item.
      const values = outputs.map((each) => (each === undefined ? null : inlineOf(each, writes)));
      this.#state.write(key, { inline: values });
    } else if (output !== undefined) this.#state.write(key, output);
  }

  get #status(): RunStatus {
    if (this.#engine.failed !== undefined) return 'failed';
    const meant = this.#engine.meant();
    if (meant.every(({ status }) => status === 'ok')) return 'complete';
    return meant.some(({ status }) => status === 'ok') ? 'partial' : 'failed';
  }

  #output(): DividedOutput {
    const { output } = this.plan.flow;
    const state = this.#state.all();
    if (output !== undefined) return divided(state[output] === undefined ? null : new Part(state[output]));
    return divided(Object.fromEntries(Object.entries(state).map(([key, value]) => [key, new Part(value)])));
  }

  /** From what ended last back to what it waited for. */
  #criticalPath(): string[] {
    const lastOf = (keys: readonly string[]) =>
      keys.toSorted((left, right) => this.#engine.endedAtMs(right) - this.#engine.endedAtMs(left))[0];
    const needsOf = (key: string) => this.plan.nodes.find((node) => node.key === key)?.needs ?? [];
    const path: string[] = [];
    for (let key = lastOf(this.plan.nodes.map((node) => node.key)); key !== undefined; key = lastOf(needsOf(key))) {
      path.unshift(key);
    }
    return path;
  }
}
