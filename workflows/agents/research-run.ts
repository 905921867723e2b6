import { uuid4 } from '@temporalio/workflow';

import type { ModelRequest } from '../../src/contract/model-request.js';
import { callKeys } from '../../src/fold/approval.js';
import { answerRequest } from '../../src/plan/gather-plan.js';
import { criticalPathOf, slowestChain } from '../../src/fold/fold.js';
import { citationsOf, fuse } from '../../src/fold/hits.js';
import type { RankedHit } from '../../src/fold/hits.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import {
  Bibliography,
  gapsRequest,
  questionsIn,
  reportRequest,
  shares,
  planRequest,
  toolsRequest,
} from '../../src/plan/research-plan.js';
import type { ResearchPlan, ResearchBranch } from '../../src/plan/research-plan.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { spentUsd } from '../../src/contract/usage.js';
import type { Branch } from '../engine/branch.js';
import { fanOutMore } from '../engine/fan-out-more.js';
import { finish } from '../engine/finish.js';
import { inlineOf } from '../graphs/graph-state.js';
import { RunProgress } from '../engine/progress.js';
import type { RunWords } from '../engine/progress.js';
import { hitsOf, sourceBranch } from './source-branch.js';
import { questionBranch, toolBranch } from './research-branches.js';
import { foundHits, toolHit, withoutTexts } from './research-hits.js';

/** Most calls of tools for one branch. More would not fit into the request for its answer. */
const mostCallsOfBranch = 8;

/**
 * One run of research.
 *
 * ResearchRun-1. The plan bounds the number of branches, however many a model proposes. Their keys are fanfold's, not the
 *     model's.
 * ResearchRun-2. The money of a round is divided before the round begins: the most that its branches may spend together is set
 *     aside.
 * ResearchRun-3. A source or branch that fails costs its own part, and the report names it.
 * ResearchRun-4. Each source has one number in the whole report, in the order of branches and hits.
 */
export class ResearchRun {
  readonly #progress: RunProgress;
  readonly #branches: StoredBranch[] = [];
  readonly #answered: (ResearchBranch & { answer: string })[] = [];
  readonly #missing: string[] = [];
  readonly #asked: string[] = [];
  readonly #bibliography = new Bibliography();
  readonly #mark = uuid4();
  readonly #calls: string[] = [];
  /** What each step has waited for. */
  readonly #criticalPath: string[] = [];
  #gaps = 0;
  #failure: string | undefined;

  constructor(
    readonly plan: ResearchPlan,
    input: RunWords,
  ) {
    this.#progress = new RunProgress([], input);
  }

  async planBranches(): Promise<ResearchBranch[]> {
    const outcome = await this.#ask('plan', planRequest(this.plan), shares.plan);
    const branches = this.#branchesIn(outcome, 'questions');
    if (branches.length === 0)
      this.#failure = `plan is ${outcome.status}: ${outcome.error?.message ?? 'it has no question'}`;
    return branches;
  }

  /** Searches for all branches at once, each in all sources, and answers each from what was found for it. */
  async work(branches: readonly ResearchBranch[]): Promise<void> {
    const { sources, limit } = this.plan;
    const searches = branches.flatMap((branch) =>
      sources.map((source) =>
        sourceBranch(source, { ...this.plan, question: branch.question }, `${branch.key}-${source.name}`),
      ),
    );
    const [found, { said, steps }] = await Promise.all([
      this.#fanOut(searches, withoutTexts),
      this.#useTools(branches),
    ]);
    this.#criticalPath.push(...slowestChain([[found], steps]));
    const hits = branches.map((_, at) => [
      ...fuse(
        found.slice(at * sources.length, (at + 1) * sources.length).map((outcome, place) => ({
          source: sources[place]?.name ?? '',
          hits: hitsOf(outcome),
        })),
        limit,
      ),
      ...(said[at] ?? []),
    ]);
    const withHits = branches.flatMap((branch, at) => (hits[at]?.length ? [{ branch, hits: hits[at] }] : []));
    const mostUsd = (this.#leftUsd * shares.tasks) / Math.max(1, withHits.length);
    const answers = await this.#fanOut(
      withHits.map(({ branch, hits: own }) =>
        questionBranch(
          this.plan,
          branch.key,
          answerRequest({ ...this.plan, question: branch.question }, own, []),
          mostUsd,
        ),
      ),
    );
    this.#criticalPath.push(...criticalPathOf(answers));
    for (const branch of branches) this.#take(branch, withHits, answers);
  }

  /** Lets every branch call tools, all at once. Each result is material with a number, like a hit. */
  async #useTools(branches: readonly ResearchBranch[]): Promise<{ said: RankedHit[][]; steps: StoredBranch[][] }> {
    const { tools, serverTools } = this.plan;
    if (tools.length + serverTools.length === 0) return { said: [], steps: [] };
    const answers = new Map<string, Awaited<ReturnType<Branch['run']>>>();
    const mostUsd = (this.#leftUsd * shares.tools) / branches.length;
    const asked = await this.#fanOut(
      branches.map(({ key, question }) => {
        const branch = questionBranch(this.plan, `${key}-tools`, toolsRequest(this.plan, question), mostUsd);
        const run: Branch['run'] = async (place) => {
          const answer = await branch.run(place);
          answers.set(key, answer);
          return answer;
        };
        return { ...branch, run };
      }),
    );
    const calls = branches.flatMap(({ key }) =>
      (answers.get(key)?.turn?.calls ?? []).slice(0, mostCallsOfBranch).map((call) => ({ branch: key, call })),
    );
    const wantedCalls = calls.map(({ call }) => call);
    const keys = callKeys(wantedCalls, tools, this.#calls);
    this.#calls.push(...keys);
    const outcomes = await this.#fanOut(wantedCalls.map((call, at) => toolBranch(this.plan, call, keys[at] ?? '')));
    const said = branches.map((branch, place) => [
      ...(serverTools.length === 0
        ? []
        : foundHits(branch, serverTools, asked[place], answers.get(branch.key)?.found ?? [])),
      ...calls.flatMap(({ branch: key, call }, at) => (branch.key === key ? toolHit(call, outcomes[at]) : [])),
    ]);
    return { said, steps: [asked, outcomes] };
  }

  /** The questions that the answers leave open; none where there is no money left to ask. */
  async findGaps(): Promise<ResearchBranch[]> {
    if (this.#answered.length === 0) return [];
    this.#gaps += 1;
    const request = gapsRequest(this.plan, this.#answered, this.#mark);
    return this.#branchesIn(await this.#ask(`gaps-${this.#gaps}`, request, shares.gaps), 'gaps');
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
    const questions = this.#answered.map(({ key, question }) => ({ key, question }));
    const output = {
      answer,
      sources,
      citations: citationsOf(answer, sources.length),
      tasks: questions,
      open: this.#missing,
    };
    const result = finish(this.#branches, policy, this.#progress, { output: { inline: output } });
    return { ...result, criticalPath: this.#criticalPath };
  }

  #take(
    branch: ResearchBranch,
    withHits: readonly { branch: ResearchBranch; hits: RankedHit[] }[],
    answers: readonly StoredBranch[],
  ): void {
    const at = withHits.findIndex((each) => each.branch === branch);
    const outcome = answers[at];
    if (outcome?.status !== 'ok' || outcome.output === undefined) {
      this.#missing.push(branch.question);
      return;
    }
    const answer = this.#bibliography.renumbered(
      inlineOf(outcome.output, branch.key) as string,
      withHits[at]?.hits ?? [],
    );
    this.#answered.push({ ...branch, answer });
  }

  #branchesIn({ status, output }: StoredBranch, name: string): ResearchBranch[] {
    if (status !== 'ok' || output === undefined) return [];
    const questions = questionsIn(inlineOf(output, name), name, this.plan.tasks, this.#asked);
    const first = this.#asked.push(...questions) - questions.length;
    return questions.map((question, at) => ({ key: `task-${first + at + 1}`, question }));
  }

  async #ask(key: string, request: ModelRequest, share: number): Promise<StoredBranch> {
    const branch = questionBranch(this.plan, key, request, this.#leftUsd * share);
    const [outcome] = await this.#fanOut([branch]);
    this.#criticalPath.push(key);
    return outcome as StoredBranch;
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
