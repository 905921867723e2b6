import { getEventListeners } from 'node:events';

import { describe, expect, it } from 'vitest';

import { Slot } from '../../../src/model/limiter/slots.js';
import { open } from './few-slots.js';

describe('a slot', () => {
  it('is used once and given back once, and says which it was', () => {
    const ends: boolean[] = [];
    let used = 0;
    const make = () =>
      new Slot(
        (wasUsed) => void ends.push(wasUsed),
        () => void (used += 1),
      );
    const slot = make();
    slot.use();
    slot.use();
    slot.release();
    slot.release();
    const unused = make();
    unused.release();
    unused.use();
    expect([ends, used]).toEqual([[true, false], 1]);
    const plain = new Slot((wasUsed) => void ends.push(wasUsed));
    plain.use();
    plain.release();
    expect(ends).toEqual([true, false, true]);
  });

  it('is given back when its asker is aborted, unless it was before', () => {
    let released = 0;
    const abort = new AbortController();
    const slot = new Slot(() => void (released += 1));
    slot.releaseOn(abort.signal);
    const early = new Slot(() => void (released += 10));
    early.releaseOn(abort.signal);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(2);
    early.release();
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    abort.abort();
    expect(released).toBe(11);
    expect(getEventListeners(abort.signal, 'abort'), 'nothing stays with the signal').toHaveLength(0);
    slot.release();
    expect(released).toBe(11);
  });
});

describe('slots', () => {
  it('are handed out while those out, less the calls in flight, are fewer than the room (Slots-2)', async () => {
    const { now, slots, held, ask } = open({ room: 3 });
    await ask(8);
    expect([held.length, slots.out]).toEqual([3, 3]);
    now.inFlight = 2;
    slots.look();
    await ask(0);
    expect(held).toHaveLength(5);
    now.waiting = 3;
    held[0]!.release();
    await ask(0);
    expect([held.length, slots.out], 'what waits here has the room').toEqual([5, 4]);
    now.waiting = 2;
    slots.look();
    await ask(0);
    expect(slots.out).toBe(5);
  });

  it('are never more than the ceiling (Slots-1)', async () => {
    const { held, ask } = open({ room: 100 });
    await ask(20);
    expect(held).toHaveLength(10);
  });

  it('are not taken by who does not wait from those who do (Slots-3)', async () => {
    const { now, slots, ask } = open({ room: 1 });
    const slot = slots.tryAcquire();
    expect(slot).toBeDefined();
    expect(slots.tryAcquire()).toBeUndefined();
    await ask(1);
    now.room = 1;
    now.inFlight = 1;
    expect(slots.tryAcquire()).toBeUndefined();
  });

  it('are lost to nobody who was aborted, before he asks, while he waits, or as it is handed over (Slots-4)', async () => {
    const { now, told, slots, held, ask } = open();
    const gone = new Error('Request Cancelled');
    await expect(slots.acquire(AbortSignal.abort(gone))).rejects.toBe(gone);
    const abort = new AbortController();
    await ask(1, abort.signal);
    await ask(1);
    abort.abort(gone);
    expect(told.at(-1), 'he is not waited for').toEqual([0, 1, 0]);
    now.room = 1;
    slots.look();
    await ask(0);
    expect([held.length, slots.out]).toEqual([1, 1]);
    const late = new AbortController();
    const waits = slots.acquire(late.signal);
    now.room = 2;
    slots.look();
    late.abort(gone);
    await expect(waits).rejects.toBe(gone);
    expect(slots.out).toBe(1);
    const holding = new AbortController();
    await ask(1, holding.signal);
    expect(slots.out).toBe(2);
    holding.abort(gone);
    expect(slots.out).toBe(1);
  });

  it('are looked for again by time alone, each 5 ms to each second, where somebody waits', async () => {
    const { clock, now, told, slots, held, ask } = open({ waitMs: 40 });
    await ask(1);
    now.room = 1;
    await clock.pass(39);
    expect(held).toHaveLength(0);
    await clock.pass(1);
    expect(held).toHaveLength(1);
    now.waitMs = 0;
    await ask(1);
    told.length = 0;
    await clock.pass(100);
    expect(told).toHaveLength(20);
    now.waitMs = 3_600_000;
    slots.look();
    told.length = 0;
    await clock.pass(3_000);
    // The slot that is out is found idle meanwhile.
    expect(told.length).toBe(4);
    now.waitMs = Infinity;
    slots.look();
    told.length = 0;
    await clock.pass(10_000);
    expect(told).toEqual([]);
  });

  it('are not looked for where nobody waits', async () => {
    const { clock, told, slots } = open({ waitMs: 10 });
    slots.look();
    told.length = 0;
    await clock.pass(1_000);
    expect(told).toEqual([]);
  });
});

describe('a slot whose task does not come', () => {
  it('is idle after half a second, until the task is there or it is given back (Slots-5)', async () => {
    const { clock, told, slots, held, ask } = open({ room: 3 });
    await ask(3);
    held[0]!.use();
    await clock.pass(499);
    expect([slots.idle, slots.used]).toEqual([0, 1]);
    await clock.pass(1);
    expect([slots.idle, slots.used, slots.out]).toEqual([2, 1, 3]);
    expect(told.at(-1)).toEqual([3, 0, 2]);
    held[1]!.use();
    expect([slots.idle, slots.used]).toEqual([1, 2]);
    expect(told.at(-1)).toEqual([3, 0, 1]);
    held[2]!.release();
    expect([slots.idle, slots.used, slots.out]).toEqual([0, 2, 2]);
    held[0]!.release();
    held[1]!.release();
    expect([slots.idle, slots.used, slots.out]).toEqual([0, 0, 0]);
    expect(told.at(-1)).toEqual([0, 0, 0]);
    await clock.pass(5_000);
    expect(slots.idle).toBe(0);
  });

  it('is idle at once where it was sought aside', async () => {
    const { slots, ask } = open({ room: 1, aside: 2 });
    await ask(1);
    expect(slots.idle).toBe(0);
    await ask(1);
    expect([slots.out, slots.idle]).toEqual([2, 1]);
  });
});
