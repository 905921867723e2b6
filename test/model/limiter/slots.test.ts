import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Limiters } from '../../../src/model/limiter/index.js';
import type { Slot } from '../../../src/model/limiter/index.js';
import { VirtualClock } from './virtual-clock.js';

function open(ceiling = 100) {
  const clock = new VirtualClock();
  return { clock, limiters: new Limiters({ ceiling, clock, random: () => 0.5 }) };
}

async function take({ slots }: Limiters, clock: VirtualClock, count: number): Promise<Slot[]> {
  const taken: Slot[] = [];
  for (let each = 0; each < count; each += 1)
    void slots.acquire(new AbortController().signal).then((slot) => taken.push(slot));
  await clock.pass(0);
  return taken;
}

describe('slots', () => {
  it('are as many as calls may leave, so that what cannot stays in the task queue', async () => {
    const { clock, limiters } = open();
    expect(await take(limiters, clock, 20)).toHaveLength(4);
    expect(limiters.slots.tryAcquire()).toBeUndefined();
  });

  it('are none while the gate is closed, and one for the first call afterwards', async () => {
    const { clock, limiters } = open();
    const permit = await limiters.of('claude-sonnet-5-5').dispatch({});
    permit.end({ is: 'throttled', kind: 'rate', retryAfterMs: 10_000 });
    const taken = await take(limiters, clock, 20);
    await clock.pass(10_000);
    expect(taken).toHaveLength(0);
    await clock.pass(2_000);
    expect(taken).toHaveLength(1);
  });

  it('are for everybody when nothing will be answered any more, so that all are told', async () => {
    const { clock, limiters } = open(30);
    const permit = await limiters.of('claude-sonnet-5-5').dispatch({});
    permit.end({ is: 'spend-limit', reason: 'No money left.' });
    expect(await take(limiters, clock, 50)).toHaveLength(30);
  });

  it('are those of all model classes together', async () => {
    const { clock, limiters } = open();
    const closed = await limiters.of('claude-opus-5-5').dispatch({});
    closed.end({ is: 'throttled', kind: 'rate', retryAfterMs: 60_000 });
    limiters.of('claude-haiku-5-5');
    expect(await take(limiters, clock, 20)).toHaveLength(5);
    expect(limiters.snapshot().map(({ modelClass }) => modelClass)).toEqual(['opus', 'haiku']);
    expect(limiters.of('claude-haiku-4-5-20251001')).toBe(limiters.of('claude-haiku-5-5'));
  });

  it('are given back when core aborts a reservation that it was just granted', async () => {
    const { clock, limiters } = open();
    const abort = new AbortController();
    const slot = await limiters.slots.acquire(abort.signal);
    expect(limiters.slots.out).toBe(1);
    abort.abort(new Error('Request Cancelled'));
    expect(limiters.slots.out).toBe(0);
    slot.release();
    expect(limiters.slots.out).toBe(0);
    await clock.pass(0);
  });

  it('keep Slots-1, Slots-3 and Slots-4 whatever is asked, aborted and given back in whatever order', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('ask' as const), which: fc.constant(0) }),
      fc.record({ do: fc.constantFrom('abort' as const, 'release' as const), which: fc.nat(100) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, ceiling) => {
          const { clock, limiters } = open(ceiling);
          const waiting = new Map<number, AbortController>();
          const held: Slot[] = [];
          const granted: number[] = [];
          let asked = 0;
          for (const { do: what, which } of steps) {
            if (what === 'ask') {
              const number = (asked += 1);
              const abort = new AbortController();
              waiting.set(number, abort);
              limiters.slots.acquire(abort.signal).then(
                (slot) => {
                  waiting.delete(number);
                  held.push(slot);
                  granted.push(number);
                },
                () => waiting.delete(number),
              );
            } else if (what === 'abort') {
              [...waiting.values()][which % Math.max(1, waiting.size)]?.abort(new Error('Request Cancelled'));
            } else {
              const [slot] = held.splice(which % Math.max(1, held.length), 1);
              slot?.release();
              slot?.release();
            }
            await clock.pass(0);
            expect(limiters.slots.out, 'Slots-4').toBe(held.length);
            expect(held.length, 'Slots-1').toBeLessThanOrEqual(ceiling);
            expect(granted, 'Slots-3').toEqual(granted.toSorted((one, other) => one - other));
            if (waiting.size > 0) expect(held.length, 'Slots-1').toBe(Math.min(ceiling, 4));
          }
        },
      ),
    );
  });
});
