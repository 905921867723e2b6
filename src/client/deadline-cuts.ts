import { cutByKey, notThereAt, tooLate } from '../contract/outcome.js';
import type { StoredBranch } from '../contract/branch.js';
import { deadlineSummary } from '../contract/names.js';
import { millis } from './event-facts.js';
import type { HistoryEvent } from './event-facts.js';

/**
 * Which branches a deadline has cut, as event history tells it: before the run's result says so, their activities are just cancelled.
 *
 * DeadlineCuts-1. What the first workflow task after the deadline cancels is late. What somebody has cut by its key stays cancelled.
 */
export class DeadlineCuts {
  readonly #timers = new Map<string, string>();
  readonly #late = new Map<string, string>();
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
    const cancelled = event.activityTaskCancelRequestedEventAttributes;
    if (cancelled && this.#cutting !== undefined) this.#late.set(String(cancelled.scheduledEventId), this.#cutting);
  }

  /** Takes in a timer that has begun, with its summary. */
  begins({ eventId, timerStartedEventAttributes: timer }: HistoryEvent, summary: unknown): void {
    if (summary !== deadlineSummary) return;
    this.#timers.set(String(eventId), notThereAt(millis(timer?.startToFireTimeout)));
  }

  /** @param scheduledEventId of the branch's activity */
  judged(outcome: StoredBranch, scheduledEventId: string): StoredBranch {
    return late(outcome, this.#late.get(scheduledEventId));
  }

  /** What a lane tells: it knows that it was cut, and not why. */
  judgedInLane(outcome: StoredBranch): StoredBranch {
    return late(outcome, outcome.error?.message === cutByKey ? undefined : this.#last);
  }
}

function late(outcome: StoredBranch, why: string | undefined): StoredBranch {
  return why !== undefined && outcome.status === 'cancelled' ? tooLate(outcome, why) : outcome;
}
