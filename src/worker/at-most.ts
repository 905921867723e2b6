import type { ModelLayer } from '../model/layer/index.js';
import type { Clock, Slots } from '../model/limiter/index.js';

/** Nothing but the ceiling bounds these places. */
const nothingElse = { inFlight: 0, waiting: 0, room: () => Infinity, msUntilRoom: () => Infinity };

/**
 * A model layer of which this worker asks no more than `ceiling` questions at once, for each of the two models: slots and turns see to that
 * but for a few tasks that pollers find while lanes have all of the worker. Those wait here, which takes nothing of their branches' time.
 */
export function atMost(
  ceiling: number,
  layer: ModelLayer,
  limiter: { Slots: typeof Slots; systemClock: Clock },
): ModelLayer {
  const open = () => new limiter.Slots(ceiling, nothingElse, limiter.systemClock);
  const places = { paid: open(), offline: open() };
  return {
    hasKey: layer.hasKey,
    paidBefore: (question) => layer.paidBefore(question),
    cutAsker: (asker) => layer.cutAsker?.(asker),
    payOnce: async (question, payer, form) => {
      const own = question.offline ? places.offline : places.paid;
      const place = own.tryAcquire() ?? (await payer.waiting(() => own.acquire(payer.signal)));
      place.use();
      try {
        return await layer.payOnce(question, payer, form);
      } finally {
        place.release();
      }
    },
  };
}
