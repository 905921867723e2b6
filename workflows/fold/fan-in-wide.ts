import { CancellationScope, proxyActivities } from '@temporalio/workflow';

import type { Activities, AnswerGroup, GroupedAnswers } from '../../src/contract/activities.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Blob } from '../../src/contract/lanes.js';
import { mostJudged } from '../../src/contract/limits.js';
import type { Reserve } from '../../src/contract/model-call.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import { taskQueues } from '../../src/contract/names.js';
import { finalPayloadFailures } from '../../src/contract/refused.js';
import type { FanInResult } from '../../src/contract/run-result.js';
import type { Stored } from '../../src/contract/stored.js';
import { isInStore } from '../../src/contract/stored.js';
import { judgeOfBlocks, synthesisOfGroup, verdictOf } from '../../src/fold/fan-in.js';
import type { Answered } from '../../src/fold/fan-in.js';
import type { WidePlan } from '../../src/plan/summarise-plan.js';
import { Window } from '../engine/window.js';
import { FanIn, NoOutput } from './fan-in.js';
import type { Folded } from './fan-in.js';

/** The fan-in's activities that read the store. */
const outside = proxyActivities<Activities>({
  taskQueue: taskQueues.io,
  startToCloseTimeout: '10m',
  retry: { maximumInterval: '30s', nonRetryableErrorTypes: [...finalPayloadFailures] },
});

type Chosen = NonNullable<FanInResult['chosen']> & { output: Stored<unknown> };

/**
 * Makes one result of the outcomes of a run in lanes, whose answers are in the store.
 *
 * FanInWide-1. What holds for a fan-in holds here: see `FanIn`. Answers are folded as a tree of neighbours, or judged in rounds.
 * FanInWide-2. The answers of the lowest level are in no history: an activity puts them into groups in the store, and prompts name these.
 * FanInWide-3. A call is bounded before it is asked, and begun only where the budget has as much: the fan-in's part, and what the
 *     branches have left.
 *
 * @param spentUsd by the branches
 */
export async function foldWide(plan: WidePlan, reports: readonly Blob[], spentUsd: number): Promise<Folded> {
  const { fanIn, total } = plan;
  if (fanIn === undefined || fanIn.how === 'merge' || CancellationScope.current().consideredCancelled) return {};
  const { how } = fanIn;
  const folding = new WideFanIn(plan, fanIn.criteria, spentUsd);
  const summary = `${how}: the answers into groups`;
  const grouped = await outside.groupAnswers.executeWithOptions({ summary }, [
    { reports, total, how, mark: folding.mark },
  ]);
  if (grouped.ok === 0) return {};
  const { missing } = grouped;
  const more = { from: grouped.ok - grouped.from.length, missing: total - grouped.ok - missing.length };
  const calls = folding.calls;
  try {
    if (how === 'synthesise') {
      const output = await folding.synthesise(grouped, more.missing);
      return { output, fanIn: { how, from: grouped.from, missing, more, calls } };
    }
    const { output, ...chosen } = await folding.select(grouped.groups);
    return { output, fanIn: { how, from: [chosen.key], missing, more: { ...more, from: 0 }, chosen, calls } };
  } catch (failure) {
    if (!(failure instanceof NoOutput)) throw failure;
    return { failure: failure.message, fanIn: { how, from: [], missing, more: { ...more, from: 0 }, calls } };
  }
}

class WideFanIn {
  readonly #window: Window;
  readonly #fanIn: FanIn;
  #leftUsd: number;

  constructor(
    plan: WidePlan,
    readonly criteria: string,
    spentUsd: number,
  ) {
    const { policy, offline, fresh, template, total } = plan;
    const { budget, ...rest } = policy;
    this.#window = new Window(policy.concurrency);
    this.#leftUsd = budget === null ? Infinity : (budget.fanInUsd ?? 0) + Math.max(0, budget.usd - spentUsd);
    this.#fanIn = new FanIn(
      {
        branches: [],
        policy: { ...rest, budget: null },
        offline,
        fresh,
        fanIn: plan.fanIn ?? { how: 'merge', criteria },
        fanInModel: template.model,
        fanInMaxTokens: template.maxTokens,
      },
      total,
      budget === null
        ? undefined
        : { take: (request) => this.#take(request), settle: (reserve, outcome) => this.#settle(reserve, outcome) },
    );
  }

  get mark(): string {
    return this.#fanIn.mark;
  }

  get calls(): StoredBranch[] {
    return this.#fanIn.calls;
  }

  async synthesise({ groups, missing }: GroupedAnswers, more: number): Promise<Stored<unknown>> {
    const told = [...missing, ...(more > 0 ? [`${more} more`] : [])];
    const [first] = groups;
    if (first !== undefined && groups.length === 1) return this.#synthesis(first, told);
    const outputs = await all(groups.map((group) => this.#window.run(() => this.#synthesis(group, []))));
    const answers = groups.map(({ first: from, last }, at): Answered => {
      return { key: from === last ? from : `${from} … ${last}`, output: outputs[at] as Stored<unknown> };
    });
    return this.#fanIn.synthesise(answers, told);
  }

  /** Judges each group, and then its winners, until one is left. */
  async select(groups: readonly AnswerGroup[]): Promise<Chosen> {
    let winners = await all(groups.map((group) => this.#window.run(() => this.#best(group))));
    while (winners.length > 1) {
      const rounds = Array.from({ length: Math.ceil(winners.length / mostJudged) }, (_, at) =>
        winners.slice(at * mostJudged, (at + 1) * mostJudged),
      );
      winners = await all(rounds.map((round) => this.#window.run(() => this.#fanIn.select(round))));
    }
    const [winner] = winners;
    if (winner === undefined) throw new NoOutput('No answer could be judged.');
    return winner;
  }

  #synthesis(group: AnswerGroup, missing: readonly string[]): Promise<Stored<unknown>> {
    const { criteria } = this;
    return this.#fanIn.ask(
      'synthesis',
      synthesisOfGroup(this.#fanIn.base, { group, missing, criteria, mark: this.mark }),
    );
  }

  /** Of judges who disagree, that is taken which is earlier in input order. */
  async #best({ count, blocks, reversed, answers }: AnswerGroup): Promise<Chosen> {
    if (count === 1) return { ...(await this.#answer(answers, 0)), reason: 'It is the only one.', votes: {} };
    const [forwards, backwards] = await all([
      this.#judge(blocks, count),
      this.#judge(reversed ?? blocks, count),
    ] as const);
    const places = [forwards.place, reversed === undefined ? backwards.place : count - 1 - backwards.place];
    const place = Math.min(...places);
    const winner = await this.#answer(answers, place);
    const votes = { [winner.key]: places.filter((each) => each === place).length };
    const reason = places[0] === place ? forwards.reason : backwards.reason;
    return { ...winner, reason, votes };
  }

  async #judge(blocks: Blob, count: number): Promise<{ place: number; reason: string }> {
    const request = judgeOfBlocks(this.#fanIn.base, { blocks, count, criteria: this.criteria, mark: this.mark });
    const output = await this.#fanIn.ask('judge', request);
    const verdict = verdictOf(isInStore(output) ? undefined : output.inline);
    if (verdict !== undefined && verdict.place >= 0 && verdict.place < count) return verdict;
    throw new NoOutput('The judge named none of the answers.');
  }

  #answer(answers: Blob, place: number) {
    return outside.answerAt.executeWithOptions({ summary: 'the answer that was chosen' }, [answers, place]);
  }

  async #take(request: ModelRequest): Promise<Reserve> {
    const questionUsd = await outside.boundQuestion.executeWithOptions({ summary: 'what the call may cost' }, [
      request,
    ]);
    if (questionUsd > this.#leftUsd + 1e-9) {
      throw new NoOutput('The budget had no more for the fan-in.');
    }
    this.#leftUsd -= questionUsd;
    return { usd: questionUsd, questionUsd };
  }

  #settle({ usd }: Reserve, { costUsd, lostUsd = 0 }: StoredBranch): void {
    this.#leftUsd += usd - (costUsd ?? usd) - lostUsd;
  }
}

/** Waits for all, the failed ones too, so that nothing goes on behind the back of who gives up. */
async function all<Values extends readonly unknown[]>(promises: {
  [At in keyof Values]: Promise<Values[At]>;
}): Promise<Values>;
async function all<Value>(promises: readonly Promise<Value>[]): Promise<Value[]>;
async function all(promises: readonly Promise<unknown>[]): Promise<unknown> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
