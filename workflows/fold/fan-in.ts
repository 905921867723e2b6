import { CancellationScope, patched, uuid4 } from '@temporalio/workflow';

import type { Reserve } from '../../src/contract/model-call.js';
import type { ModelRequest } from '../../src/contract/model-request.js';
import type { Stored } from '../../src/contract/stored.js';
import { chosenBy, groupsOf, judgeRequest, synthesisRequest, verdictOf } from '../../src/fold/fan-in.js';
import type { Answered } from '../../src/fold/fan-in.js';
import type { FanInResult } from '../../src/contract/run-result.js';
import { inlineAnswersBytes } from '../../src/contract/limits.js';
import type { Place, StoredBranch } from '../../src/contract/branch.js';
import type { FanOutPlan } from '../../src/plan/fan-out-plan.js';
import { isInStore } from '../../src/contract/stored.js';
import { askAlone } from '../engine/ask-alone.js';
import type { AskSettings } from '../engine/branch.js';

/** The result of a fan-in. Without an `output` the branches are merged by key. */
export interface Folded {
  output?: Stored<unknown>;
  fanIn?: FanInResult;
  /** The reason why the output that was asked for is missing. */
  failure?: string;
}

/**
 * Makes one result of the outcomes, as the plan says.
 *
 * FanIn-1. Only answers that are ok go into a model call. The model and the result are told which are missing.
 * FanIn-2. Answers stand between marks that their authors cannot know: a digest of all of them, so that the same answers are the same
 *     question, and free. That reduces what text inside them can do; it does not rule it out.
 * FanIn-3. A fan-in that fails costs none of the answers, and has ended all its calls: each is on the bill.
 */
export async function foldIn(plan: FanOutPlan, branches: readonly StoredBranch[]): Promise<Folded> {
  const { how } = plan.fanIn;
  const weights = new Map(plan.branches.map(({ key, weight }) => [key, weight]));
  const answers = branches.flatMap(({ key, status, output }): Answered[] => {
    const weight = weights.get(key);
    return status === 'ok' && output !== undefined ? [{ key, output, ...(weight !== undefined && { weight }) }] : [];
  });
  if (how === 'merge' || answers.length === 0 || CancellationScope.current().consideredCancelled) return {};
  const missing = branches.filter(({ status }) => status !== 'ok').map(({ key }) => key);
  const fanIn = new FanIn(plan, branches.length);
  const from = answers.map(({ key }) => key);
  try {
    if (how === 'synthesise') {
      const output = await fanIn.synthesise(answers, missing);
      return { output, fanIn: { how, from, missing, calls: fanIn.calls } };
    }
    const { output, ...chosen } = await fanIn.select(answers);
    return { output, fanIn: { how, from: [chosen.key], missing, chosen, calls: fanIn.calls } };
  } catch (failure) {
    if (!(failure instanceof NoOutput)) throw failure;
    return { failure: failure.message, fanIn: { how, from: [], missing, calls: fanIn.calls } };
  }
}

/** Thrown where a call of the fan-in has no answer to go on with. */
export class NoOutput extends Error {}

/** The money of one call of the fan-in, and what becomes of it. */
interface Purse {
  /** @throws NoOutput where there is not enough */
  take(request: ModelRequest): Promise<Reserve>;
  settle(reserve: Reserve, outcome: StoredBranch): void;
}

export class FanIn {
  readonly calls: StoredBranch[] = [];
  readonly #mark = uuid4();
  readonly #settings: AskSettings;
  readonly #base: Pick<ModelRequest, 'model' | 'maxTokens'>;
  #asked = 0;

  constructor(
    readonly plan: FanOutPlan,
    readonly firstIndex: number,
    /** Where the bound of a call is known only once it is made. */
    readonly purse?: Purse,
  ) {
    const { policy, offline, fresh, branches, fanInModel, fanInMaxTokens } = plan;
    const [first] = branches;
    this.#base = {
      model: fanInModel ?? first?.request.model ?? '',
      maxTokens: fanInMaxTokens ?? first?.request.maxTokens ?? 1,
    };
    this.#settings = {
      offline,
      timeoutMs: policy.timeoutMs,
      attempts: policy.attempts,
      inlineBytes: Math.floor(inlineAnswersBytes / 4),
      ...(fresh && { freshSinceMs: Date.now() }),
    };
  }

  get mark(): string {
    return this.#mark;
  }

  get base(): Pick<ModelRequest, 'model' | 'maxTokens'> {
    return this.#base;
  }

  /** Makes one answer of all. Answers too long for one call are folded in groups, and the groups' answers are folded again. */
  async synthesise(answers: readonly Answered[], missing: readonly string[]): Promise<Stored<unknown>> {
    const { criteria } = this.plan.fanIn;
    const ask = (group: readonly Answered[], told: readonly string[]) =>
      this.ask(
        'synthesis',
        synthesisRequest(this.#base, { answers: group, missing: told, criteria, mark: this.#mark }),
      );
    const groups = groupsOf(answers);
    // Groups of one answer each cannot be divided further.
    if (groups.length === 1 || groups.length === answers.length) return ask(answers, missing);
    const folded = await allEnded(groups.map((group) => ask(group, [])));
    const next = folded.map((output, at) => ({ key: keysOf(groups[at] ?? []), output, ...weightOf(groups[at] ?? []) }));
    return this.synthesise(next, missing);
  }

  /**
   * Asks two judges, who see the answers in opposite orders. Where they disagree, the heavier of the two is taken; of equal ones
   * that which is earlier in input order.
   */
  async select(
    answers: readonly Answered[],
  ): Promise<NonNullable<FanInResult['chosen']> & { output: Stored<unknown> }> {
    const [first] = answers as [Answered];
    if (answers.length === 1) return { key: first.key, output: first.output, reason: 'It is the only one.', votes: {} };
    const verdicts = await allEnded([answers, answers.toReversed()].map((order) => this.#judge(order)));
    // A key may be one that every object has, such as `constructor`.
    const counts = new Map<string, number>();
    for (const { key } of verdicts) counts.set(key, (counts.get(key) ?? 0) + 1);
    const votes: { [key: string]: number } = Object.fromEntries(counts);
    const { key: chosenKey, output } =
      chosenBy(
        verdicts.map(({ key }) => key),
        answers,
      ) ?? first;
    const chosen = { key: chosenKey, output };
    return { ...chosen, reason: verdicts.find(({ key }) => key === chosen.key)?.reason ?? '', votes };
  }

  async #judge(order: readonly Answered[]): Promise<{ key: string; reason: string }> {
    const { criteria } = this.plan.fanIn;
    const output = await this.ask('judge', judgeRequest(this.#base, { answers: order, criteria, mark: this.#mark }));
    const verdict = verdictOf(isInStore(output) ? undefined : output.inline);
    const chosen = order[verdict?.place ?? -1];
    if (chosen === undefined) throw new NoOutput('The judge named none of the answers.');
    return { key: chosen.key, reason: verdict?.reason ?? '' };
  }

  /** @throws NoOutput where no answer came */
  async ask(what: string, request: ModelRequest): Promise<Stored<unknown>> {
    const index = this.firstIndex + this.#asked;
    this.#asked += 1;
    const { fanInWithin, fanInPriority } = this.plan;
    const name = `${what}-${this.#asked}`;
    const key = fanInWithin === undefined ? name : `${fanInWithin}/${name}`;
    const place: Place = { key, index, queuedAtMs: Date.now() };
    const questionUsd = this.plan.policy.budget?.fanInUsd;
    const fixed: Reserve | undefined = questionUsd === undefined ? undefined : { usd: questionUsd, questionUsd };
    const reserve = this.purse === undefined ? fixed : await this.purse.take(request);
    const call = { request, ...this.#settings, ...(reserve && { reserve }) };
    const outcome = await askAlone(place, call, undefined, fanInPriority);
    if (reserve !== undefined) this.purse?.settle(reserve, outcome);
    this.calls.push(outcome);
    if (outcome.status === 'ok' && outcome.output !== undefined) return outcome.output;
    throw new NoOutput(`The ${what} is ${outcome.status}: ${outcome.error?.message ?? ''}`);
  }
}

/** Waits for all, the failed ones too: a call that goes on behind the back of who gives up is on nobody's bill. */
async function allEnded<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  try {
    return await Promise.all(promises);
  } catch (failure) {
    if (patched('fan-in-waits-for-all')) await Promise.allSettled(promises);
    throw failure;
  }
}

/** A group counts as much as its answers together, where they have weights. */
function weightOf(group: readonly Answered[]): Pick<Answered, 'weight'> {
  if (group.every(({ weight }) => weight === undefined)) return {};
  return { weight: group.reduce((sum, { weight = 1 }) => sum + weight, 0) };
}

function keysOf(group: readonly Answered[]): string {
  return group.map(({ key }) => key).join(', ');
}
