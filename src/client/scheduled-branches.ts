import type { Place } from '../contract/branch.js';
import type { ModelCall } from '../contract/model-call.js';

/** An event's number, as Temporal has it. */
type EventId = unknown;

/** Places of branches whose activity is scheduled, and of calls beside them, by the events that scheduled them. */
export class ScheduledBranches {
  /** Of branches, by activity id. */
  readonly places = new Map<string, Place>();
  readonly #activityIds = new Map<string, string>();
  readonly #besides = new Map<string, Place>();

  /**
   * Takes in the activity of a branch.
   *
   * @param isOwn whether it is one of a workflow of somebody's own
   * @returns the index of the branch
   */
  begin(event: EventId, activityId: string, call: ModelCall, isOwn: boolean): number {
    const index = isOwn ? this.#indexOf(activityId, call.key) : call.index;
    this.places.set(activityId, { key: call.key, index, queuedAtMs: call.queuedAtMs });
    this.#activityIds.set(String(event), activityId);
    return index;
  }

  /** Takes in that of a call of the fan-in. */
  beginBeside(event: EventId, call: ModelCall): void {
    this.#besides.set(String(event), call);
  }

  /** Whose activity an event scheduled; `undefined` where it was another. */
  begunBy(event: EventId): { place: Place; isBeside: boolean } | undefined {
    const beside = this.#besides.get(String(event));
    const place = beside ?? this.places.get(this.#activityIds.get(String(event)) ?? '');
    return place && { place, isBeside: beside !== undefined };
  }

  /** The place of a question in an order of Message Batches: in somebody's own workflow it is one more branch. */
  ordered(place: Place, isOwn: boolean): Place {
    if (!isOwn) return place;
    const known = this.places.get(idInOrder(place.key));
    const own = known ?? { ...place, index: this.places.size };
    this.places.set(idInOrder(place.key), own);
    return own;
  }

  /** Several fan-outs of somebody's own workflow count from the same number. What no batch has answered goes on in its place. */
  #indexOf(activityId: string, key: string): number {
    const place = this.places.get(activityId) ?? this.places.get(idInOrder(key));
    const next = this.places.size;
    this.places.delete(idInOrder(key));
    return place?.index ?? next;
  }
}

/** What a question of an order is called among scheduled activities: no server has it. */
function idInOrder(key: string): string {
  return `question ${key}`;
}
