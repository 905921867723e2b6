import { workflowInfo } from '@temporalio/workflow';

import type { Answer } from '../../src/contract/model-call.js';
import type { Turn, WantedCall } from '../../src/contract/model-request.js';
import type { Stored } from '../../src/contract/stored.js';
import { callKeys } from '../../src/fold/approval.js';
import { inlineTurnBytes, isAllowed, mostCalls, offeredTools, turnRequest } from '../../src/plan/agent-plan.js';
import { failedCall } from '../../src/prompts/agent.js';
import type { AgentPlan, CarriedAgent } from '../../src/plan/agent-plan.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { criticalPathOf } from '../../src/fold/fold.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { spentUsd } from '../../src/contract/usage.js';
import { Approvals } from './approvals.js';
import { askAlone } from '../engine/ask-alone.js';
import type { Branch } from '../engine/branch.js';
import { fanOutMore } from '../engine/fan-out-more.js';
import { finish } from '../engine/finish.js';
import { RunProgress } from '../engine/progress.js';
import { callToolOf, toolNamed, wholeOf } from './call-tool.js';

/** What the model said in one turn. */
export interface SaidTurn {
  outcome: StoredBranch;
  content: Stored<unknown>;
  /** The calls that it wants; none where it has answered, or no answer came. */
  calls: readonly WantedCall[];
}

/**
 * One run of an agent.
 *
 * AgentRun-1. A turn is a branch, and so is each call of a tool. Their indexes follow the order in which the model asked.
 * AgentRun-2. A call that fails is shown to the model as failed, in its place. It does not end the run.
 * AgentRun-3. A tool that changes something is called only where somebody has allowed it, and is tried once.
 * AgentRun-4. The last turn that the limits on turns and tokens allow must be an answer. A turn that the budget does not allow is
 *     not begun.
 */
export class AgentRun {
  readonly #progress: RunProgress;
  readonly #approvals: Approvals;
  readonly #branches: StoredBranch[];
  readonly #turns: Turn[];
  readonly #startedAtMs: number;
  #turnsHere = 0;
  #stoppedBy: RunResult['stoppedBy'];

  constructor(
    readonly plan: AgentPlan,
    carried: CarriedAgent | undefined,
  ) {
    this.#branches = [...(carried?.branches ?? [])];
    this.#turns = [...(carried?.turns ?? [])];
    this.#startedAtMs = carried?.startedAtMs ?? Date.now();
    this.#progress = new RunProgress([], { searchable: plan.searchable, offline: plan.model.offline });
    this.#progress.add(...this.#branches.map(({ key }) => key));
    for (const branch of this.#branches) this.#progress.ended(branch);
    this.#approvals = new Approvals(this.#progress, plan.approvalMs);
  }

  /** Asks the model what to do next. */
  async nextTurn(): Promise<SaidTurn> {
    const { plan } = this;
    const { policy, model } = plan;
    this.#turnsHere += 1;
    const key = `turn-${this.#turns.length + 1}`;
    const place = { key, index: this.#progress.add(key), queuedAtMs: Date.now() };
    const request = turnRequest(plan, this.#turns, this.#isLast());
    let turn: Answer['turn'];
    this.#progress.started(place);
    const outcome = await askAlone(
      place,
      {
        request,
        offline: model.offline,
        timeoutMs: policy.timeoutMs,
        attempts: policy.attempts,
        inlineBytes: inlineTurnBytes,
        ...(model.fresh && { freshSinceMs: this.#startedAtMs }),
        ...(plan.budgetUsd < Infinity && { mostUsd: Math.max(0, plan.budgetUsd - spentUsd(this.#branches)) }),
      },
      (answer) => ({ turn } = answer),
    );
    this.#branches.push(this.#progress.ended(outcome));
    return { outcome, content: turn?.content ?? { inline: [] }, calls: turn?.calls ?? [] };
  }

  /** Calls all tools that the model asked for at once. */
  async callTools({ content, calls }: SaidTurn): Promise<void> {
    const before = this.#branches.map(({ key }) => key);
    const keys = callKeys(calls, offeredTools(this.plan.tools, this.#turns), before);
    const branches = calls.map((call, at) => this.#branchOf(call, keys[at] ?? ''));
    const outcomes = await fanOutMore(branches, this.plan.policy, this.#progress);
    this.#branches.push(...outcomes);
    this.#turns.push({
      content,
      results: outcomes.map(({ status, output, error }, at) => ({
        id: calls[at]?.id ?? '',
        key: keys[at] ?? '',
        output: output ?? { inline: failedCall(error?.type ?? status, error?.message) },
        failed: status !== 'ok',
      })),
    });
  }

  /** @throws what `finish` throws, where the last turn is no answer or the run was cancelled */
  finish({ outcome }: SaidTurn): RunResult {
    const { status, output, error } = outcome;
    const isAnswer = status === 'ok' && output !== undefined;
    const folded = isAnswer ? { output } : { failure: `${outcome.key} is ${status}: ${error?.message ?? ''}` };
    const result = finish(this.#branches, this.plan.policy, this.#progress, folded);
    return {
      ...result,
      criticalPath: this.#criticalPath(),
      ...(this.#stoppedBy !== undefined && { stoppedBy: this.#stoppedBy }),
    };
  }

  /** Whether the run had better continue as new. */
  get isLong(): boolean {
    return this.#turnsHere >= this.plan.turnsPerExecution || workflowInfo().continueAsNewSuggested;
  }

  toCarry(): CarriedAgent {
    return { startedAtMs: this.#startedAtMs, turns: this.#turns, branches: this.#branches };
  }

  #isLast(): boolean {
    const { maxTurns, tokenLimit } = this.plan;
    const tokens = this.#branches.reduce((sum, { usage }) => sum + totalOf(usage), 0);
    this.#stoppedBy =
      this.#turns.length + 1 >= maxTurns
        ? 'turns'
        : tokens >= tokenLimit
          ? 'tokens'
          : this.#branches.length - this.#turns.length >= mostCalls
            ? 'calls'
            : undefined;
    return this.#stoppedBy !== undefined;
  }

  #branchOf({ name, input }: WantedCall, key: string): Branch {
    return {
      key,
      boundUsd: 0,
      run: async (place) => {
        const tool = toolNamed(name, offeredTools(this.plan.tools, this.#turns));
        if (!isAllowed(tool, this.plan.allow)) await this.#approvals.allowed(place, input);
        return callToolOf(tool, input, place, this.plan, wholeOf(tool, input, this.#turns));
      },
    };
  }

  /** The critical path: every turn, and between two turns the call that took longest. */
  #criticalPath(): string[] {
    const path: string[] = [];
    let calls: StoredBranch[] = [];
    for (const branch of this.#branches) {
      if (nameOf(branch.key) === 'turn') {
        path.push(...criticalPathOf(calls), branch.key);
        calls = [];
      } else calls.push(branch);
    }
    return path;
  }
}

function nameOf(key: string): string {
  return key.slice(0, key.lastIndexOf('-'));
}

function totalOf(usage: StoredBranch['usage']): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}
