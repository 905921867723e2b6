import type { LimiterSnapshot } from '../contract/limiter.js';
import { taskQueues } from '../contract/names.js';
import type { TaskQueue } from '../contract/names.js';
import type { ModelLayer } from '../model/layer/index.js';
import type { Clock, Limiters, Roomy, Slots } from '../model/limiter/index.js';

type Line = 'paid' | 'offline';

/** A gateway, which has journal, limiters and calls in place of this process. */
export interface WorkerGateway extends ModelLayer {
  /** The room that it gives to tasks. */
  rooms: Record<Line, Roomy & { onRoom(listener: () => void): void }>;
  limits(line: Line): LimiterSnapshot[];
}

/** What stands in front of the model calls of one task queue. */
export interface InFront {
  slots: Slots;
  snapshot(): LimiterSnapshot[];
  /** Of this process, where no gateway has them. */
  limiters?: Limiters;
}

/** Slots that a gateway hands out for the tasks of a queue. */
export function gatewaySlots(
  gateway: WorkerGateway,
  taskQueue: TaskQueue,
  ceiling: number,
  limiter: { Slots: typeof Slots; systemClock: Clock },
): InFront {
  const line = taskQueue === taskQueues.offlineModel ? 'offline' : 'paid';
  const slots = new limiter.Slots(ceiling, gateway.rooms[line], limiter.systemClock);
  gateway.rooms[line].onRoom(() => slots.look());
  return { slots, snapshot: () => gateway.limits(line) };
}
