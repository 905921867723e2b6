import type { CancellationScope } from '@temporalio/workflow';

import type { Tally } from '../../src/contract/lanes.js';
import type { FirstAnswer } from '../../src/contract/run-result.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { cutsTheRest, decisionOf, startDeadline } from '../engine/join.js';
import type { Decision } from '../engine/join.js';
import type { Carried } from './carried.js';

/** The join of a wide run: when its answer is there, and whether the rest is cut then. */
export class WideJoin {
  decision: Decision | undefined;
  /** The answer before those that are late, where they may amend it. */
  firstAnswer: FirstAnswer | undefined;

  /**
   * @param startedAtMs of the run, in milliseconds since the epoch
   * @param scope of all lanes
   * @param answered told of the answer
   * @param carried of the execution before
   */
  constructor(
    readonly plan: WidePlan,
    readonly startedAtMs: number,
    readonly scope: CancellationScope,
    readonly answered: (answer: FirstAnswer) => void,
    { decision, firstAnswer }: Pick<Carried, 'decision' | 'firstAnswer'>,
  ) {
    this.decision = decision;
    this.firstAnswer = firstAnswer;
    if (firstAnswer !== undefined) answered(firstAnswer);
  }

  /** What the next execution is to know. */
  get carried(): Pick<Carried, 'decision' | 'firstAnswer'> {
    return {
      ...(this.decision !== undefined && { decision: this.decision }),
      ...(this.firstAnswer !== undefined && { firstAnswer: this.firstAnswer }),
    };
  }

  /** Whether nothing more is to be begun. */
  get isCut(): boolean {
    return this.decision !== undefined && this.firstAnswer === undefined;
  }

  /** Starts the deadline, if there is one. */
  startDeadline(tally: () => Tally): CancellationScope | undefined {
    const { policy } = this.plan;
    // Reached before the run continued as new.
    if (this.decision !== undefined) return undefined;
    const leftMs = this.startedAtMs + (policy.deadlineMs ?? 0) - Date.now();
    return startDeadline(policy, () => this.#stop('deadline', tally()), leftMs);
  }

  /** @param cut branches among the cancelled ones that somebody has cut by themselves: they are lost */
  decide(tally: Tally, cut: number): void {
    const { ok = 0, cancelled = 0 } = tally.byStatus;
    const lost = tally.ended - ok - Math.max(0, cancelled - cut);
    const decision = decisionOf({ ok, lost, total: this.plan.total }, this.plan.policy);
    if (decision !== undefined) this.#stop(decision, tally);
  }

  answerOf(tally: Tally): FirstAnswer {
    return { elapsedMs: Date.now() - this.startedAtMs, keys: [], ok: tally.byStatus.ok ?? 0 };
  }

  #stop(decision: Decision, tally: Tally): void {
    if (this.decision !== undefined) return;
    this.decision = decision;
    const answer = this.answerOf(tally);
    this.answered(answer);
    if (cutsTheRest(decision, this.plan.policy)) this.scope.cancel();
    else this.firstAnswer = answer;
  }
}
