import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotMarkUsedContext,
  SlotPermit,
  SlotReleaseContext,
} from '@temporalio/worker';

import type { Slot, Slots } from '../model/limiter/index.js';

/**
 * Activity slots that the limiter hands out. A worker asks the task queue for no more tasks than could make their model call now.
 * The others wait in the queue, where everybody can see them, and hold neither a slot nor a timeout.
 *
 * A slot is reserved before it is known for which task, and pollers that find no task hold theirs. So it is no permit: the
 * activity asks the limiter again, by `dispatch`, when it knows its call.
 *
 * Eager dispatch would get around it, but needs a task queue that workflow and activity share: they do not, here.
 */
export class LimiterSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';

  // The field is hidden: Temporal logs a worker's options, and a log may turn them into JSON.
  readonly #slots: Slots;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** @throws the signal's reason, and nothing else: core would log it, and ask again a second later */
  reserveSlot(_context: unknown, abortSignal: AbortSignal): Promise<Slot & SlotPermit> {
    return this.#slots.acquire(abortSignal);
  }

  /** Takes a slot for eager dispatch. */
  tryReserveSlot(): (Slot & SlotPermit) | null {
    return this.#slots.tryAcquire() ?? null;
  }

  markSlotUsed({ permit }: SlotMarkUsedContext<ActivitySlotInfo>): void {
    (permit as Slot).use();
  }

  releaseSlot({ permit }: SlotReleaseContext<ActivitySlotInfo>): void {
    (permit as Slot).release();
  }
}
