import { condition, defineQuery, defineUpdate, setCurrentDetails, setHandler } from '@temporalio/workflow';

import type { Place, StoredBranch } from '../../src/contract/branch.js';
import { queryNames, updateNames } from '../../src/contract/names.js';
import type { EarlierExecutions } from '../../src/contract/memo.js';
import type { RunStatus } from '../../src/contract/run.js';
import type { FirstAnswer, Progress, RunResult } from '../../src/contract/run-result.js';
import type { Policy } from '../../src/contract/options.js';
import { addTallies, noTally, tallyOf } from '../../src/contract/lanes.js';
import { addCost } from '../../src/contract/usage.js';
import { withoutEnded } from '../../src/fold/failed-branches.js';
import { Controls } from './controls.js';
import type { SteeredLanes, Steering } from './controls.js';
import { Listing } from './listing.js';
import { resultOf } from './result.js';
import { mostRows, progressTable } from './progress-table.js';

/** Follows every branch as it moves on. */
export interface Follow {
  started(place: Place): void;
  /** Takes in an outcome and returns it, so that the call can stand in the outcome's path. */
  ended(outcome: StoredBranch): StoredBranch;
  /** Takes in the controls of one branch. */
  steered?(place: Place, steering: Steering): void;
}

/** What a run's input says of how it is shown. */
export interface RunWords {
  /** Whether the namespace knows fanfold's search attributes; a worker is asked where that is not given. */
  searchable?: boolean | undefined;
  /** Whether the offline model answers. */
  offline?: boolean | undefined;
}

const progressQuery = defineQuery<Progress>(queryNames.progress);

/** Returns when the join policy is satisfied, though late branches may still amend what it returns. */
const answerUpdate = defineUpdate<RunResult>(updateNames.answer);

/** Shows a run where Temporal's Web UI can show it: query, current details and search attributes. */
export class RunProgress implements Follow {
  #status: Progress['status'] = 'running';
  #answer: RunResult | undefined;
  readonly #startedAtMs = Date.now();
  readonly #started = new Set<number>();
  readonly #outcomes = new Map<number, StoredBranch>();
  readonly #unapproved = new Map<number, string>();
  readonly #keys: string[];
  readonly #planned: number;
  #isStale = false;
  #heldUsd = 0;
  #besideUsd: number | null = 0;
  readonly #controls: Controls;
  readonly #listing: Listing;
  /** Branches that have no row here: those of a workflow of somebody's own that travel in lanes. */
  #inLanes = { total: 0, tally: noTally };

  /**
   * @param listens whether it takes messages at once, and not when it is told to
   * @param earlier what executions before have had, which are listed with this one
   */
  constructor(
    keys: readonly string[],
    readonly input: RunWords = {},
    listens = true,
    readonly earlier?: EarlierExecutions,
  ) {
    this.#keys = [...keys];
    this.#planned = keys.length;
    this.#controls = new Controls({
      keys: this.#keys,
      statusOf: (index) => this.#statusOf(index),
      forget: (index) => {
        this.#outcomes.delete(index);
        this.#started.delete(index);
        this.#show();
      },
    });
    if (listens) this.listen();
    this.#show();
    this.#listing = new Listing(input.searchable, () => this.#listed);
  }

  /** Takes messages from now on. To register a handler is to run it for what has come already, handlers of somebody's own workflow included. */
  listen(): void {
    setHandler(progressQuery, () => this.now(), { description: 'State of every branch, in input order.' });
    setHandler(answerUpdate, () => this.#answered(), {
      description: 'Returns the result as soon as the join policy is satisfied.',
    });
    this.#controls.listen();
  }

  /** Takes in branches that were not known when the run began. Returns the index of the first. */
  add(...keys: readonly string[]): number {
    const first = this.#keys.push(...keys) - keys.length;
    this.#show();
    return first;
  }

  /** Takes in branches that travel in lanes: they are counted, and have no row. */
  addInLanes(count: number, steered: SteeredLanes): void {
    this.#controls.addLanes(steered);
    this.#inLanes = { ...this.#inLanes, total: this.#inLanes.total + count };
    this.#show();
  }

  /** One of those has ended. @param before how it had ended before it was begun anew; its cost is in the sum already */
  endedInLanes(outcome: StoredBranch, before?: StoredBranch['status']): void {
    const { tally } = this.#inLanes;
    const others = before === undefined ? tally : withoutEnded(tally, { [before]: 1 });
    this.#inLanes = { ...this.#inLanes, tally: addTallies(others, tallyOf([outcome])) };
    this.#show();
  }

  /** How a run has ended whose workflow has come to its end, and does not say more. */
  get standing(): 'complete' | 'partial' {
    const { total, tally } = this.#inLanes;
    const isOk = (tally.byStatus.ok ?? 0) === total && this.#keys.every((_, index) => this.#statusOf(index) === 'ok');
    return isOk && this.earlier?.partial !== true ? 'complete' : 'partial';
  }

  /** What the next execution is to know of this one and of those before. */
  get soFar(): EarlierExecutions {
    return {
      branches: this.#listed,
      costUsd: this.#spentUsd(),
      ...(this.standing === 'partial' && { partial: true }),
    };
  }

  /** Shows that a branch waits for an approval, with this Markdown. Without Markdown the wait is over. */
  needsApproval({ index }: Place, markdown: string | undefined): void {
    if (markdown !== undefined) this.#unapproved.set(index, markdown);
    else this.#unapproved.delete(index);
    this.#show();
  }

  started({ index }: Place): void {
    this.#started.add(index);
    this.#show();
  }

  ended(outcome: StoredBranch): StoredBranch {
    this.#outcomes.set(outcome.index, outcome);
    this.#show();
    return outcome;
  }

  steered({ index }: Place, steering: Steering): void {
    this.#controls.add(index, steering);
  }

  /** The join policy is satisfied by these outcomes. */
  answered(outcomes: StoredBranch[], policy: Policy): void {
    const result = resultOf(outcomes, policy);
    const isLast = outcomes.every(({ index }) => this.#outcomes.has(index));
    this.#answer = isLast ? result : { ...result, firstAnswer: this.#firstAnswer(outcomes) };
    this.#show();
  }

  /** The part of the run's result that says how it stood, to be spread into it. */
  get firstAnswer(): Pick<RunResult, 'firstAnswer'> {
    return this.#answer?.firstAnswer === undefined ? {} : { firstAnswer: this.#answer.firstAnswer };
  }

  /** A call beside the branches has cost so much: one of a fan-in. */
  spentBeside(costUsd: number | null): void {
    this.#besideUsd = addCost(this.#besideUsd, costUsd);
  }

  /** A branch's outcome holds what others of these have cost, which its function has asked: in the sum it counts once. */
  holds(costUsd: number | null): void {
    this.#heldUsd += costUsd ?? 0;
  }

  /** @param calls of the fan-in, which cost too */
  finished(status: RunStatus, calls: readonly StoredBranch[] = []): void {
    this.#status = status;
    this.#showNow();
    const grown = this.#listed > this.#planned;
    this.#listing.ended(status, this.#spentUsd(calls), grown ? this.#listed : undefined);
  }

  now(): Progress {
    return {
      status: this.#status,
      branches: this.#keys.map((key, index) => ({ key, index, status: this.#statusOf(index) })),
    };
  }

  get #total(): number {
    return this.#keys.length + this.#inLanes.total;
  }

  get #listed(): number {
    return this.#total + (this.earlier?.branches ?? 0);
  }

  #spentUsd(calls: readonly StoredBranch[] = []): number | null {
    const costUsd = [...this.#outcomes.values(), ...calls].reduce<number | null>(
      (sum, branch) => addCost(sum, branch.costUsd),
      addCost(
        addCost(this.#inLanes.tally.costUsd, this.#besideUsd),
        this.earlier === undefined ? 0 : this.earlier.costUsd,
      ),
    );
    return costUsd === null ? null : Math.max(0, costUsd - this.#heldUsd);
  }

  async #answered(): Promise<RunResult> {
    await condition(() => this.#answer !== undefined);
    return this.#answer as RunResult;
  }

  #firstAnswer(outcomes: readonly StoredBranch[]): FirstAnswer {
    const keys = outcomes.filter(({ status }) => status === 'ok').map(({ key }) => key);
    return { elapsedMs: Date.now() - this.#startedAtMs, keys };
  }

  #statusOf(index: number): Progress['branches'][number]['status'] {
    const outcome = this.#outcomes.get(index);
    if (outcome !== undefined) return outcome.status;
    if (this.#unapproved.has(index)) return 'needs approval';
    return this.#started.has(index) ? 'running' : 'waiting';
  }

  /** Branches move on by the hundred in one workflow task: the table is made once, when all that came together has been taken in. */
  #show(): void {
    if (this.#isStale) return;
    this.#isStale = true;
    void Promise.resolve().then(() => {
      if (this.#isStale) this.#showNow();
    });
  }

  #showNow(): void {
    this.#isStale = false;
    const rows = this.#keys.length;
    const first = Math.max(0, rows - mostRows);
    const branches = this.#keys
      .slice(first)
      .map((key, at) => ({ key, index: first + at, status: this.#statusOf(first + at) }));
    const standing = {
      status: this.#status,
      total: this.#total,
      ended: this.#outcomes.size + this.#inLanes.tally.ended,
      branches,
      offline: this.input.offline === true,
      inLanes: this.#inLanes,
      isCut: first > 0,
    };
    setCurrentDetails(progressTable(standing, this.#outcomes, [...this.#unapproved.values()]));
  }
}
