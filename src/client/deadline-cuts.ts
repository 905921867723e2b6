import { cutByKey, notThereAt, tooLate } from '../contract/outcome.js';
import type { StoredBranch } from '../contract/branch.js';
import type { WideOutcomes } from '../contract/run-result.js';
import { deadlineSummary } from '../contract/names.js';
import { millis } from './event-facts.js';
import type { HistoryEvent } from './event-facts.js';

/**
 * Which branches a deadline has cut, as event history tells it: before the run's result says so, their activities and child workflows are
 * just cancelled.
 *
 * DeadlineCuts-1. What the first workflow task after the deadline cancels is late, or the first one after it has asked what tries have spent.
 *     What somebody has cut by its key stays cancelled.
 */
export class DeadlineCuts {
  readonly #timers = new Map<string, string>();
  readonly #late = new Map<string, string>();
  /** Events that began child workflows, by the workflow's id: a request to end one names only that. */
  readonly #children = new Map<string, string>();
  readonly #cut = new Set<string>();
  /** Why branches will be late that are cut once the run knows what their tries have spent, by the event that asked. */
  readonly #asking = new Map<string, string>();
  /** Events that began branches, by the branch's index. */
  readonly #begun = new Map<number, string>();
  #reached: string | undefined;
  #cutting: string | undefined;
  #last: string | undefined;

  /** Takes in the next event. */
  see(event: HistoryEvent): void {
    if (event.timerFiredEventAttributes) {
      const why = this.#timers.get(String(event.timerFiredEventAttributes.startedEventId));
      this.#reached = why ?? this.#reached;
      this.#last = why ?? this.#last;
    }
    if (event.workflowTaskCompletedEventAttributes) {
      this.#cutting = this.#reached;
      this.#reached = undefined;
    }
    const { activityType } = event.activityTaskScheduledEventAttributes ?? {};
    if (activityType?.name === 'untoldTries' && this.#cutting !== undefined)
      this.#asking.set(String(event.eventId), this.#cutting);
    const told =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes;
    this.#reached ??= this.#asking.get(String(told?.scheduledEventId));
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (child?.workflowId) this.#children.set(child.workflowId, String(event.eventId));
    const ending = event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes?.workflowExecution?.workflowId;
    const cut = event.activityTaskCancelRequestedEventAttributes?.scheduledEventId;
    const begun = ending ? this.#children.get(ending) : cut && String(cut);
    if (!begun) return;
    this.#cut.add(begun);
    if (this.#cutting !== undefined) this.#late.set(begun, this.#cutting);
  }

  /** Whether the run has told it to end. @param begun the event that began the activity or the child workflow */
  wasCut(begun: string): boolean {
    return this.#cut.has(begun);
  }

  /** Takes in that an event begins a branch's activity or child workflow. */
  branchBegins(index: number, { eventId }: HistoryEvent): void {
    this.#begun.set(index, String(eventId));
  }

  /** Takes in a timer that has begun, with its summary. */
  begins({ eventId, timerStartedEventAttributes: timer }: HistoryEvent, summary: unknown): void {
    if (summary !== deadlineSummary) return;
    this.#timers.set(String(eventId), notThereAt(millis(timer?.startToFireTimeout)));
  }

  /** @param begun the event that began the branch's activity or child workflow */
  judged(outcome: StoredBranch, begun: string): StoredBranch {
    return late(outcome, this.#late.get(begun));
  }

  /** What its run left without an end: a branch that was told to stop may not have answered before. */
  judgedOpen(outcome: StoredBranch): StoredBranch {
    return this.judged(outcome, this.#begun.get(outcome.index) ?? '');
  }

  /** Somebody's own work is late however it ended: its branch was over by then. */
  judgedOwn({ output, ...outcome }: StoredBranch, begun: string): StoredBranch {
    const why = this.#late.get(begun);
    return why === undefined ? { ...outcome, ...(output !== undefined && { output }) } : tooLate(outcome, why);
  }

  /** Lanes of somebody's own workflow, which have no result where the deadline has cut them: what they had not ended is late. */
  judgedLanes(index: number, wide: WideOutcomes): WideOutcomes {
    const why = this.#late.get(this.#begun.get(index) ?? '');
    return why === undefined ? wide : { ...wide, others: { status: 'late', message: why } };
  }

  /** What a lane tells: it knows that it was cut, and not why. */
  judgedInLane(outcome: StoredBranch): StoredBranch {
    return late(outcome, outcome.error?.message === cutByKey ? undefined : this.#last);
  }
}

function late(outcome: StoredBranch, why: string | undefined): StoredBranch {
  return why !== undefined && outcome.status === 'cancelled' ? tooLate(outcome, why) : outcome;
}
