import { Slots } from '../../../src/model/limiter/slots.js';
import type { Roomy, Slot } from '../../../src/model/limiter/slots.js';
import { VirtualClock } from './virtual-clock.js';

/** Slots, and calls of which the test says how they stand. */
export function open(standing: Partial<Record<'room' | 'inFlight' | 'aside' | 'waitMs' | 'ceiling', number>> = {}) {
  const clock = new VirtualClock();
  const now = { inFlight: 0, waiting: 0, room: 0, waitMs: Infinity, lanes: 0, aside: 0, waitingTasks: 0, ...standing };
  const told: [out: number, waiting: number, idle: number][] = [];
  const calls: Roomy = {
    get inFlight() {
      return now.inFlight;
    },
    get waiting() {
      return now.waiting;
    },
    get lanes() {
      return now.lanes;
    },
    get aside() {
      return now.aside;
    },
    get waitingTasks() {
      return now.waitingTasks;
    },
    room: () => now.room,
    msUntilRoom: () => now.waitMs,
    wanted: (...counts) => void told.push(counts),
  };
  const slots = new Slots(standing.ceiling ?? 10, calls, clock);
  const held: Slot[] = [];
  /** Asks for so many; those that are handed out are held. */
  const ask = async (count: number, signal?: AbortSignal) => {
    for (let each = 0; each < count; each += 1)
      slots.acquire(signal ?? new AbortController().signal).then(
        (slot) => void held.push(slot),
        () => {},
      );
    await clock.pass(0);
  };
  return { clock, now, told, slots, held, ask };
}
