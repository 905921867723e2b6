import type { Share } from '../../../src/contract/priority.js';
import { Turns } from '../../../src/model/limiter/turns.js';
import type { Calls, Seat } from '../../../src/model/limiter/turns.js';
import { VirtualClock } from './virtual-clock.js';

/** Lanes that take turns, and calls of which the test says how they stand. */
export function open(standing: Partial<Record<'room' | 'waitMs' | 'cap' | 'growth', number>> = {}) {
  const clock = new VirtualClock();
  const now = { inFlight: 0, waiting: 0, room: 0, waitMs: Infinity, cap: 10, growth: 0, isPaused: false, ...standing };
  const told: unknown[][] = [];
  const calls: Calls = {
    get inFlight() {
      return now.inFlight;
    },
    get waiting() {
      return now.waiting;
    },
    get cap() {
      return now.cap;
    },
    get isPaused() {
      return now.isPaused;
    },
    roomForTurns: () => now.room,
    msUntilRoom: () => now.waitMs,
    growth: () => now.growth,
    demand: (...counts) => void told.push(['demand', ...counts]),
    joined: (known) => void told.push(['joined', known]),
    left: () => void told.push(['left']),
    gaveUp: () => void told.push(['gave up']),
  };
  const turns = new Turns(calls, clock);
  const begun: string[] = [];
  /** A lane of so many branches; each begun one is under way until the test says that it has ended. */
  const lane = (name: string, wanted: number, share: Share = { key: 'run' }) => {
    const seat = {
      share,
      wanted,
      allowed: wanted,
      begin: () => {
        seat.wanted -= 1;
        begun.push(name);
      },
    } satisfies Seat & { wanted: number };
    turns.join(seat);
    return seat;
  };
  return { clock, now, told, turns, begun, lane };
}

/** The same, where four lanes have had no room for what they want since so many milliseconds. */
export async function full(ms: number, standing: Parameters<typeof open>[0] = {}) {
  const opened = open(standing);
  const lanes = ['a', 'b', 'c', 'd'].map((name) => opened.lane(name, 10));
  await opened.clock.pass(ms);
  return { ...opened, lanes };
}
