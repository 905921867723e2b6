import { uuid4 } from '@temporalio/workflow';

import type { ModelRequest } from '../src/contract/activities.js';
import { answerRequest } from '../src/contract/gather-plan.js';
import { citationsOf, fuse } from '../src/contract/hits.js';
import type { RankedHit } from '../src/contract/hits.js';
import { inlineAnswersBytes } from '../src/contract/limits.js';
import type { StoredBranch } from '../src/contract/outcome.js';
import {
  Bibliography,
  gapsRequest,
  questionsIn,
  reportRequest,
  shares,
  tasksRequest,
} from '../src/contract/research-plan.js';
import type { ResearchPlan, Task } from '../src/contract/research-plan.js';
import type { RunResult } from '../src/contract/run-result.js';
import { spentUsd } from '../src/contract/usage.js';
import { ask } from './ask.js';
import type { Branch } from './branch.js';
import { fanOutMore } from './fan-out-more.js';
import { finish } from './finish.js';
import { inlineOf } from './graph-state.js';
import { RunProgress } from './progress.js';
import { hitsOf, sourceBranch } from './source-branch.js';

/**
 * One run of research.
 *
 * R1. Tasks are bounded in number by the plan, whatever a model plans; their keys are ours.
 * R2. The money of a round is divided before it begins: what its tasks may spend together is set aside.
 * R3. A source or task that fails costs its own part and is named in the report.
 * R4. Sources have one number each in the whole report, in the order of tasks and hits.
 */
export class ResearchRun {
  readonly #progress: RunProgress;
  readonly #branches: StoredBranch[] = [];
  readonly #answered: (Task & { answer: string })[] = [];
  readonly #missing: string[] = [];
  readonly #asked: string[] = [];
  readonly #bibliography = new Bibliography();
  readonly #mark = uuid4();
  #gaps = 0;
  #failure: string | undefined;

  constructor(
    readonly plan: ResearchPlan,
    searchable: boolean,
  ) {
    this.#progress = new RunProgress([], searchable);
  }

  async planTasks(): Promise<Task[]> {
    const outcome = await this.#ask('plan', tasksRequest(this.plan), shares.plan);
    const tasks = this.#tasksIn(outcome, 'questions');
    if (tasks.length === 0)
      this.#failure = `plan is ${outcome.status}: ${outcome.error?.message ?? 'it has no question'}`;
    return tasks;
  }

  /** Searches for all tasks at once, each in all sources, and answers each from what was found for it. */
  async work(tasks: readonly Task[]): Promise<void> {
    const { sources, policy, limit } = this.plan;
    const searches = tasks.flatMap((task) =>
      sources.map((source) =>
        sourceBranch(source, { ...this.plan, question: task.question }, `${task.key}-${source.name}`),
      ),
    );
    const found = await this.#fanOut(searches, withoutTexts);
    const hits = tasks.map((_, at) =>
      fuse(
        found.slice(at * sources.length, (at + 1) * sources.length).map((outcome, place) => ({
          source: sources[place]?.name ?? '',
          hits: hitsOf(outcome),
        })),
        limit,
      ),
    );
    const withHits = tasks.flatMap((task, at) => (hits[at]?.length ? [{ task, hits: hits[at] }] : []));
    const mostUsd = (this.#leftUsd * shares.tasks) / Math.max(1, withHits.length);
    const answers = await this.#fanOut(
      withHits.map(({ task, hits: own }) =>
        this.#modelBranch(
          task.key,
          answerRequest({ ...this.plan, question: task.question }, own, []),
          mostUsd,
          policy.timeoutMs,
        ),
      ),
    );
    for (const task of tasks) this.#take(task, withHits, answers);
  }

  /** What the answers leave open; nothing where there is no money left to ask. */
  async findGaps(): Promise<Task[]> {
    if (this.#answered.length === 0) return [];
    this.#gaps += 1;
    const request = gapsRequest(this.plan, this.#answered, this.#mark);
    return this.#tasksIn(await this.#ask(`gaps-${this.#gaps}`, request, shares.gaps), 'gaps');
  }

  /** @throws what `finish` throws, where there is nothing to report or the run was cancelled */
  async report(): Promise<RunResult> {
    const { policy } = this.plan;
    if (this.#answered.length === 0) {
      const failure = this.#failure ?? 'No task has an answer.';
      return finish(this.#branches, policy, this.#progress, { failure });
    }
    const outcome = await this.#ask('report', reportRequest(this.plan, this.#answered, this.#missing, this.#mark), 1);
    if (outcome.status !== 'ok' || outcome.output === undefined) {
      const failure = `report is ${outcome.status}: ${outcome.error?.message ?? ''}`;
      return finish(this.#branches, policy, this.#progress, { failure });
    }
    const answer = inlineOf(outcome.output, 'report') as string;
    const { sources } = this.#bibliography;
    const tasks = this.#answered.map(({ key, question }) => ({ key, question }));
    const output = { answer, sources, citations: citationsOf(answer, sources.length), tasks, open: this.#missing };
    const result = finish(this.#branches, policy, this.#progress, { output: { inline: output } });
    return { ...result, criticalPath: ['plan', ...result.criticalPath.filter((key) => key !== 'plan'), 'report'] };
  }

  #take(task: Task, withHits: readonly { task: Task; hits: RankedHit[] }[], answers: readonly StoredBranch[]): void {
    const at = withHits.findIndex((each) => each.task === task);
    const outcome = answers[at];
    if (outcome?.status !== 'ok' || outcome.output === undefined) {
      this.#missing.push(task.question);
      return;
    }
    const answer = this.#bibliography.renumbered(
      inlineOf(outcome.output, task.key) as string,
      withHits[at]?.hits ?? [],
    );
    this.#answered.push({ ...task, answer });
  }

  #tasksIn({ status, output }: StoredBranch, name: string): Task[] {
    if (status !== 'ok' || output === undefined) return [];
    const questions = questionsIn(inlineOf(output, name), name, this.plan.tasks, this.#asked);
    const first = this.#asked.push(...questions) - questions.length;
    return questions.map((question, at) => ({ key: `task-${first + at + 1}`, question }));
  }

  async #ask(key: string, request: ModelRequest, share: number): Promise<StoredBranch> {
    const branch = this.#modelBranch(key, request, this.#leftUsd * share, this.plan.policy.timeoutMs);
    const [outcome] = await this.#fanOut([branch]);
    return outcome as StoredBranch;
  }

  #modelBranch(key: string, request: ModelRequest, mostUsd: number, timeoutMs: number): Branch {
    const { model, policy } = this.plan;
    return {
      key,
      run: (place) =>
        ask({
          ...place,
          request,
          offline: model.offline,
          // A source answers in seconds, a model may take minutes.
          timeoutMs: Math.max(timeoutMs, 300_000),
          attempts: policy.attempts,
          inlineBytes: Math.floor(inlineAnswersBytes / 20),
          ...(model.fresh && { freshSinceMs: place.queuedAtMs }),
          ...(mostUsd < Infinity && { mostUsd }),
        }),
    };
  }

  async #fanOut(
    branches: readonly Branch[],
    kept: (outcome: StoredBranch) => StoredBranch = (outcome) => outcome,
  ): Promise<StoredBranch[]> {
    if (branches.length === 0) return [];
    const outcomes = await fanOutMore(branches, this.plan.policy, this.#progress);
    this.#branches.push(...outcomes.map(kept));
    return outcomes;
  }

  get #leftUsd(): number {
    return Math.max(0, this.plan.budgetUsd - spentUsd(this.#branches));
  }
}

/** What a search has found, as far as the run's result has room for it. */
function withoutTexts(outcome: StoredBranch): StoredBranch {
  if (outcome.status !== 'ok') return outcome;
  const hits = hitsOf(outcome).map(({ title, link }) => ({ title, link }));
  return { ...outcome, output: { inline: { hits } } };
}
