import { CancellationScope } from '@temporalio/workflow';

import type { StoredBranch } from '../../src/contract/branch.js';
import { maxDirectWidth } from '../../src/contract/limits.js';
import type { Policy } from '../../src/contract/options.js';
import { cutByKey, outcomeOfLate, tooLate } from '../../src/contract/outcome.js';
import { CompletionOrder } from '../engine/completion-order.js';
import { Deferred } from '../engine/deferred.js';
import { fanOut } from '../engine/fan-out.js';
import { cutsTheRest, decisionOf, startDeadline, whyLate } from '../engine/join.js';
import type { Decision } from '../engine/join.js';
import type { Branches } from './branches.js';
import { LanesRun } from './lanes-run.js';
import { runContext } from './run-context.js';
import type { AskWork, OwnWork } from './work.js';

/** Whether questions are too many for an activity each. */
export function isWide(works: readonly (AskWork | OwnWork)[]): boolean {
  return works.filter(({ kind }) => kind === 'ask').length > maxDirectWidth;
}

/** Most branches of one fan-out in flight beside lanes: a task that has more than 2,000 activities pending fails, again and again. */
const mostPending = 1_000;

/** A policy for branches that are each an activity or a workflow of their own. */
export function directPolicy(policy: Policy): Policy {
  return { ...policy, concurrency: Math.min(policy.concurrency, mostPending) };
}

/**
 * A fan-out whose questions travel in lanes. What else it has stays narrow.
 *
 * WideRun-1. Join and deadline count all branches, in lanes or not.
 * WideRun-2. Where all branches are in lanes, their own workflow decides, which is nearer; here it is decided once more, for `answer`.
 */
export class WideRun {
  readonly answer: Promise<StoredBranch[]>;
  readonly outcomes: Promise<StoredBranch[]>;
  /** The outcomes in completion order. */
  readonly order = new CompletionOrder<StoredBranch>();
  /** The newest outcome of each branch that has ended, by its place. */
  readonly ended: ReadonlyMap<number, StoredBranch>;
  readonly #ended = new Map<number, StoredBranch>();
  readonly #decided = new Deferred<Decision | 'all ended'>();
  #ok = 0;
  #first: Decision | undefined;
  /** Since the deadline has cut all that go on: why a branch that ends so is late. */
  #late: string | undefined;
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #queuedAtMs = Date.now();
  readonly #policy: Policy;

  constructor(
    readonly works: readonly (AskWork | OwnWork)[],
    readonly names: readonly string[],
    branches: Branches,
  ) {
    this.ended = this.#ended;
    this.#policy = branches.settings.policy;
    const timer = startDeadline(this.#policy, () => this.#decide('deadline'));
    const ended = this.#scope.run(() => this.#run(branches)).finally(() => timer?.cancel());
    ended.then(
      () => {
        this.order.end();
        this.#decided.resolve('all ended');
      },
      (failure: unknown) => {
        this.order.fail(failure);
        this.#decided.reject(failure);
      },
    );
    this.answer = this.#decided.promise.then((decision) => this.#standing(decision));
    this.outcomes = ended.then(async () => this.#standing(await this.#decided.promise));
  }

  async #run(branches: Branches): Promise<void> {
    const { progress } = runContext();
    const inLanes = this.works.flatMap((work, at) => (work.kind === 'ask' ? [{ work, at }] : []));
    const others = this.works.flatMap((work, at) => (work.kind === 'own' ? [{ work, at }] : []));
    const lanes = new LanesRun(
      inLanes.map(({ work, at }) => ({ work, key: this.names[at] ?? '' })),
      branches,
      others.length === 0,
      (outcome, latest) => {
        const at = inLanes[outcome.index]?.at ?? 0;
        progress.endedInLanes(this.#judged(latest), this.#ended.get(at)?.status);
        this.#end(this.#judged(outcome), at);
      },
    );
    const placeOf = new Map(inLanes.map(({ at }, place) => [this.names[at] ?? '', { at, place }]));
    const { economy } = this.#policy;
    progress.addInLanes(inLanes.length, {
      stateOf: (key) => {
        const there = placeOf.get(key);
        if (there === undefined) return undefined;
        return this.#ended.has(there.at) ? 'ended' : economy ? 'in a batch' : 'open';
      },
      get open() {
        return economy ? 0 : lanes.open;
      },
      cut: (keys) => lanes.cut(keys.flatMap((key) => placeOf.get(key)?.place ?? [])),
    });
    const settled = {
      ...directPolicy(this.#policy),
      join: 'settled',
      deadlineMs: null,
      budget: null,
      economy: false,
    } as const;
    const narrowNames = others.map(({ at }) => this.names[at] ?? '');
    const firstIndex = progress.add(...narrowNames);
    const narrow = fanOut(
      others.map(({ work, at }) => branches.of(this.names[at] ?? '', work)),
      settled,
      progress,
      this.#queuedAtMs,
      firstIndex,
    );
    const heard = (async () => {
      for await (const outcome of narrow) this.#end(this.#judged(outcome), others[outcome.index - firstIndex]?.at ?? 0);
    })();
    await Promise.all([lanes.ended(), narrow.outcomes, heard]);
  }

  /** A lane, or a branch beside lanes, knows that it was cut, and not why. */
  #judged(outcome: StoredBranch): StoredBranch {
    const isLate = this.#late !== undefined && outcome.status === 'cancelled' && outcome.error?.message !== cutByKey;
    return isLate ? tooLate(outcome, this.#late as string) : outcome;
  }

  #end(outcome: StoredBranch, at: number): void {
    const placed = { ...outcome, index: at };
    const before = this.#ended.get(at)?.status === 'ok' ? 1 : 0;
    this.#ok += (placed.status === 'ok' ? 1 : 0) - before;
    this.#ended.set(at, placed);
    this.order.add(placed);
    const decision = decisionOf(
      { ok: this.#ok, lost: this.#ended.size - this.#ok, total: this.works.length },
      this.#policy,
    );
    if (decision !== undefined) this.#decide(decision);
  }

  #decide(decision: Decision): void {
    this.#first ??= decision;
    if (this.#first === 'deadline' && this.#policy.late !== 'amend') this.#late = whyLate('deadline', this.#policy);
    this.#decided.resolve(decision);
    if (this.#scope.consideredCancelled) return;
    const isMixed = this.works.some(({ kind }) => kind === 'own');
    // Lanes by themselves decide alike, and tell of their last outcomes.
    if (isMixed && cutsTheRest(decision, this.#policy)) this.#scope.cancel();
  }

  #standing(decision: Decision | 'all ended'): StoredBranch[] {
    const why = whyLate(decision, this.#policy);
    return this.names.map(
      (key, index) =>
        this.#ended.get(index) ?? outcomeOfLate({ key, index, queuedAtMs: this.#queuedAtMs }, why, Date.now()),
    );
  }
}
