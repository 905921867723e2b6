import { isOfLane } from '../contract/priority.js';
import type { ModelLayer } from '../model/layer/index.js';
import type { Clock, Slots } from '../model/limiter/index.js';
import type { Line, WorkerGateway } from './gateway-slots.js';

/** Nothing but the ceiling bounds these places. */
const nothingElse = { inFlight: 0, waiting: 0, room: () => Infinity, msUntilRoom: () => Infinity };

/**
 * A model layer of which this worker asks no more than `ceiling` questions at once, for each of the two models: slots and turns see to that
 * but for a few tasks that pollers find while lanes have all of the worker. Those wait here, which takes nothing of their branches' time.
 */
export function atMost(
  ceiling: number,
  layer: ModelLayer & Pick<WorkerGateway, 'waitingTasks'>,
  limiter: { Slots: typeof Slots; systemClock: Clock },
): ModelLayer & Required<Pick<WorkerGateway, 'waitingTasks'>> {
  const open = () => new limiter.Slots(ceiling, nothingElse, limiter.systemClock);
  const places = { paid: open(), offline: open() };
  const waitingTasks: Record<Line, number> = { paid: 0, offline: 0 };
  return {
    // Those that wait for a place are not asked further down yet.
    waitingTasks: (line) => waitingTasks[line] + (layer.waitingTasks?.(line) ?? 0),
    hasKey: layer.hasKey,
    paidBefore: (question) => layer.paidBefore(question),
    cutAsker: (asker) => layer.cutAsker?.(asker),
    payOnce: async (question, payer, form) => {
      const line = question.offline ? 'offline' : 'paid';
      const own = places[line];
      const acquire = async () => {
        const tasks = isOfLane(question) ? 0 : 1;
        waitingTasks[line] += tasks;
        try {
          return await payer.waiting(() => own.acquire(payer.signal));
        } finally {
          waitingTasks[line] -= tasks;
        }
      };
      const place = own.tryAcquire() ?? (await acquire());
      place.use();
      try {
        return await layer.payOnce(question, payer, form);
      } finally {
        place.release();
      }
    },
  };
}
