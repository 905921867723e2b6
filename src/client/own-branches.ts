import type { Place, StoredBranch } from '../contract/branch.js';
import { taskQueues } from '../contract/names.js';
import { noLedger, outcomeOfAnswer, outcomeOfFailure } from '../contract/outcome.js';
import { millis } from './event-facts.js';
import type { HistoryEvent } from './history.js';
import type { Failure, Payloads, RunPayloads } from './run-payloads.js';

interface Open {
  place: Place;
  startedAtMs: number;
  attempts: number;
}

const fanfolds: ReadonlySet<string> = new Set(Object.values(taskQueues));

/** The id of a child workflow among what a run waits for. */
export function idOfChild(initiatedEventId: unknown): string {
  return `child workflow ${String(initiatedEventId)}`;
}

/**
 * Branches of somebody's own workflow that ask no model: its activities and its child workflows, named by their type.
 *
 * OwnBranches-1. What fanfold's own workers do for a run, such as putting a text into the store, is no branch.
 */
export class OwnBranches {
  readonly #open = new Map<string, Open>();

  constructor(readonly payloads: RunPayloads) {}

  /**
   * Takes in what an event begins, as one more of the branches that are there; of several of a name the others have a number.
   *
   * @param branches by the id that the server has for each while it goes on
   * @returns whether it begins anything of this kind
   */
  begin(event: HistoryEvent, branches: Map<string, Place>, atMs: number): boolean {
    const begun = this.#begunBy(event);
    if (begun === undefined) return false;
    const taken = new Set([...branches.values()].map(({ key }) => key));
    let key = begun.type;
    for (let more = 2; taken.has(key); more += 1) key = `${begun.type} (${more})`;
    const place = { key, index: branches.size, queuedAtMs: atMs };
    branches.set(begun.id, place);
    this.#open.set(String(event.eventId), { place, startedAtMs: atMs, attempts: 1 });
    return true;
  }

  #begunBy(event: HistoryEvent): { id: string; type: string } | undefined {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity && !fanfolds.has(activity.taskQueue?.name ?? '')) {
      return { id: activity.activityId ?? '', type: activity.activityType?.name ?? '' };
    }
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    return child ? { id: idOfChild(event.eventId), type: child.workflowType?.name ?? '' } : undefined;
  }

  /** The outcome that an event brings, if any. */
  async ended(event: HistoryEvent): Promise<StoredBranch | undefined> {
    this.#starts(event);
    const closing = closingOf(event);
    const opened = String(closing?.scheduledEventId ?? closing?.initiatedEventId);
    const open = this.#open.get(opened);
    if (closing === undefined || open === undefined) return undefined;
    this.#open.delete(opened);
    return this.#outcome(event, closing, open);
  }

  #starts(event: HistoryEvent): void {
    const activity = event.activityTaskStartedEventAttributes;
    const child = event.childWorkflowExecutionStartedEventAttributes;
    const open = this.#open.get(String(activity?.scheduledEventId ?? child?.initiatedEventId));
    if (open !== undefined)
      Object.assign(open, { startedAtMs: millis(event.eventTime), attempts: activity?.attempt ?? 1 });
  }

  async #outcome(event: HistoryEvent, closing: Closing, { place, startedAtMs, attempts }: Open): Promise<StoredBranch> {
    const atMs = millis(event.eventTime);
    const ledger = { ...noLedger, attempts, startedAtMs, modelMs: atMs - startedAtMs };
    if (event.activityTaskCompletedEventAttributes || event.childWorkflowExecutionCompletedEventAttributes) {
      const [value] = await this.payloads.values(closing.result).catch(() => []);
      return outcomeOfAnswer(place, {
        status: 'ok',
        ...(value !== undefined && { output: { inline: value } }),
        model: '',
        reused: false,
        savedUsd: 0,
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
    const { latency, startedAt } = outcomeOfAnswer(place, {
      status: 'ok',
      model: '',
      reused: false,
      savedUsd: 0,
      ledger,
      finishedAtMs: atMs,
    });
    return { ...outcomeOfFailure(place, failure, atMs), attempts, latency, startedAt };
  }
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
