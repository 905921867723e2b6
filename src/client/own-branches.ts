import { ApplicationFailure, ChildWorkflowFailure } from '@temporalio/common';

import type { Place, StoredBranch } from '../contract/branch.js';
import { addTallies, noTally, tallyOf } from '../contract/lanes.js';
import type { Tally } from '../contract/lanes.js';
import type { Ledger } from '../contract/model-call.js';
import { summaryIsKey, isKind, lanesType, signalNames, taskQueues } from '../contract/names.js';
import { noLedger, outcomeOfAnswer, outcomeOfFailure } from '../contract/outcome.js';
import type { RunResult, WideOutcomes } from '../contract/run-result.js';
import { DeadlineCuts } from './deadline-cuts.js';
import { millis } from './event-facts.js';
import type { HistoryEvent } from './history.js';
import { moreInLanes } from './own-lanes.js';
import type { Failure, Payloads, RunPayloads } from './run-payloads.js';
import { ToldLanes } from './told-lanes.js';

interface Open {
  place: Place;
  /** The workflow's type, where it is one. */
  childType?: string;
  startedAtMs: number;
  attempts: number;
}

const fanfolds: ReadonlySet<string> = new Set(Object.values(taskQueues));

/** The id of a child workflow among what a run waits for. */
export function idOfChild(initiatedEventId: unknown): string {
  return `child workflow ${String(initiatedEventId)}`;
}

/**
 * Branches of somebody's own workflow that ask no model: its activities and its child workflows, named by their branch of a fan-out, or
 * by their type.
 *
 * OwnBranches-1. What fanfold's own workers do for a run, such as putting a text into the store, is no branch.
 * OwnBranches-2. A workflow of fanfold's that is a branch costs what its result says. What another child spends it alone knows.
 * OwnBranches-3. Lanes that go on or are cut have no result: what they had told until then stands in its place.
 */
export class OwnBranches {
  /** What lanes have told, by the index of the branch that they are here, and what their results say. */
  readonly #inLanes = new Map<number, WideOutcomes>();
  readonly #results = new Map<number, WideOutcomes>();
  readonly #open = new Map<string, Open>();
  readonly #told = new ToldLanes();

  constructor(
    readonly payloads: RunPayloads,
    readonly deadlines = new DeadlineCuts(),
  ) {}

  /** What came of questions that travelled in lanes, by the index of the branch that they are here. */
  get inLanes(): ReadonlyMap<number, WideOutcomes> {
    const told = [...this.#inLanes].map(([index, wide]) => [index, this.deadlines.judgedLanes(index, wide)] as const);
    return new Map([...told, ...this.#results]);
  }

  /** Whether the offline model answers questions in lanes. */
  get offline(): boolean {
    return this.#told.offline;
  }

  /** How many branches there are more than history names. */
  get more(): number {
    return moreInLanes({ ownLanes: this.#inLanes });
  }

  /**
   * Takes in what an event begins, as one more of the branches that are there; of several of a name the others have a number.
   *
   * @param branches by the id that the server has for each while it goes on
   * @returns whether it begins anything of this kind
   */
  async begin(event: HistoryEvent, branches: Map<string, Place>, atMs: number): Promise<boolean> {
    const begun = this.#begunBy(event);
    if (begun === undefined) return false;
    const name = (await this.#named(event)) ?? begun.type;
    const taken = new Set([...branches.values()].map(({ key }) => key));
    let key = name;
    for (let more = 2; taken.has(key); more += 1) key = `${name} (${more})`;
    const place = { key, index: branches.size, queuedAtMs: atMs };
    branches.set(begun.id, place);
    this.deadlines.branchBegins(place.index, event);
    if (begun.childType === lanesType) await this.#beginLanes(event, place);
    this.#open.set(String(event.eventId), {
      place,
      ...(begun.childType !== undefined && { childType: begun.childType }),
      startedAtMs: atMs,
      attempts: 1,
    });
    return true;
  }

  async #beginLanes({ startChildWorkflowExecutionInitiatedEventAttributes: begun }: HistoryEvent, { index }: Place) {
    const [input] = await this.payloads.values(begun?.input).catch(() => []);
    const wide = this.#told.begin(input);
    if (wide !== undefined) this.#inLanes.set(index, wide);
  }

  /** The key of the branch that it is part of, which is its summary where the worker's interceptors have said so. */
  async #named(event: HistoryEvent): Promise<string | undefined> {
    const begun =
      event.activityTaskScheduledEventAttributes ?? event.startChildWorkflowExecutionInitiatedEventAttributes;
    const { summary } = event.userMetadata ?? {};
    if (begun?.header?.fields?.[summaryIsKey] === undefined || !summary) return undefined;
    const [name] = await this.payloads.values({ payloads: [summary] }).catch(() => []);
    return typeof name === 'string' && name !== '' ? name : undefined;
  }

  #begunBy(event: HistoryEvent): Begun | undefined {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity && !fanfolds.has(activity.taskQueue?.name ?? '')) {
      return { id: activity.activityId ?? '', type: activity.activityType?.name ?? '' };
    }
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (!child) return undefined;
    const type = child.workflowType?.name ?? '';
    return { id: idOfChild(event.eventId), type, childType: type };
  }

  /** The outcome that an event brings, if any. */
  async ended(event: HistoryEvent): Promise<StoredBranch | undefined> {
    this.#starts(event);
    const signaled = event.workflowExecutionSignaledEventAttributes;
    if (signaled?.signalName === signalNames.lanesReport)
      this.#told.hear((await this.payloads.values(signaled.input).catch(() => []))[0]);
    const closing = closingOf(event);
    const opened = String(closing?.scheduledEventId ?? closing?.initiatedEventId);
    const open = this.#open.get(opened);
    if (closing === undefined || open === undefined) return undefined;
    this.#open.delete(opened);
    const outcome = await this.#outcome(event, closing, open, this.deadlines.wasCut(opened));
    return this.deadlines.judgedOwn(outcome, opened);
  }

  #starts(event: HistoryEvent): void {
    const activity = event.activityTaskStartedEventAttributes;
    const child = event.childWorkflowExecutionStartedEventAttributes;
    const open = this.#open.get(String(activity?.scheduledEventId ?? child?.initiatedEventId));
    if (open !== undefined)
      Object.assign(open, { startedAtMs: millis(event.eventTime), attempts: activity?.attempt ?? 1 });
  }

  async #outcome(event: HistoryEvent, closing: Closing, open: Open, wasCut: boolean): Promise<StoredBranch> {
    const { place, startedAtMs, attempts } = open;
    const atMs = millis(event.eventTime);
    let ledger: Ledger = { ...noLedger, attempts, startedAtMs, modelMs: atMs - startedAtMs };
    if (event.activityTaskCompletedEventAttributes || event.childWorkflowExecutionCompletedEventAttributes) {
      const [value] = await this.payloads.values(closing.result).catch(() => []);
      const spent = this.#spentBy(open, value);
      ledger = { ...ledger, ...moneyOf(spent) };
      return outcomeOfAnswer(place, {
        status: 'ok',
        ...(value !== undefined && { output: { inline: value } }),
        model: '',
        reused: false,
        savedUsd: spent.savedUsd,
        ledger,
        finishedAtMs: atMs,
      });
    }
    const isCut =
      !!event.activityTaskCanceledEventAttributes ||
      !!event.childWorkflowExecutionCanceledEventAttributes ||
      !!event.childWorkflowExecutionTerminatedEventAttributes;
    const failure = isCut
      ? await this.payloads.cancellation()
      : await this.payloads.failure(closing.failure ?? { message: 'It did not begin.' });
    ledger = { ...ledger, ...moneyOf(this.#spentBy(open, resultIn(failure))) };
    const spent = outcomeOfAnswer(place, {
      status: 'ok',
      model: '',
      reused: false,
      savedUsd: 0,
      ledger,
      finishedAtMs: atMs,
    });
    const { status, error } = outcomeOfFailure(place, failure, atMs, wasCut);
    return { ...spent, status, ...(error && { error }) };
  }

  /** What a workflow of fanfold's has spent. */
  #spentBy({ childType = '', place }: Open, value: unknown): Tally {
    if (!isKind(childType) && childType !== lanesType) return noTally;
    const { branches = [], fanIn, wide } = (value ?? {}) as Partial<RunResult>;
    if (childType === lanesType && wide !== undefined) this.#results.set(place.index, wide);
    return addTallies(wide?.tally ?? noTally, tallyOf([...branches, ...(fanIn?.calls ?? [])]));
  }
}

/** What stands in a ledger of what others have spent. */
function moneyOf({ usage, costUsd, cacheSavedUsd, lostUsd }: Tally): Partial<Ledger> {
  return { usage, costUsd, cacheSavedUsd, lostUsd };
}

interface Begun {
  id: string;
  type: string;
  childType?: string;
}

/** What a run has come to that has failed. */
function resultIn(failure: unknown): unknown {
  const cause = failure instanceof ChildWorkflowFailure ? failure.cause : failure;
  return cause instanceof ApplicationFailure && cause.type === 'RunFailed' ? cause.details?.[0] : undefined;
}

interface Closing {
  scheduledEventId?: unknown;
  initiatedEventId?: unknown;
  result?: Payloads;
  failure?: Failure;
}

function closingOf(event: HistoryEvent): Closing | undefined {
  return (
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes ??
    event.childWorkflowExecutionCompletedEventAttributes ??
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.childWorkflowExecutionCanceledEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes ??
    undefined
  );
}
