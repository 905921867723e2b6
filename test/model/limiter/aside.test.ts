import { describe, expect, it } from 'vitest';

import { asideOf, Slots } from '../../../src/model/limiter/slots.js';
import type { Roomy } from '../../../src/model/limiter/slots.js';
import { open } from './few-slots.js';
import { VirtualClock } from './virtual-clock.js';

describe('slots aside, while lanes take all the room', () => {
  it('are as many as may be sought, with those that wait for their call', async () => {
    const { now, slots, held, ask } = open({ aside: 3 });
    await ask(10);
    expect(held).toHaveLength(3);
    // It has come, and waits for its call.
    now.waitingTasks = 1;
    held[0]!.use();
    await ask(0);
    expect(slots.out).toBe(3);
    // It leaves.
    now.waitingTasks = 0;
    slots.look();
    await ask(0);
    expect(slots.out).toBe(4);
  });

  it('are for other tasks than lanes, which hold slots, too: the ceiling is for those that call', async () => {
    const { now, slots, held, ask } = open({ aside: 2, ceiling: 2 });
    await ask(1);
    held[0]!.use();
    await ask(1);
    held[1]!.use();
    await ask(1);
    expect(slots.out).toBe(2);
    now.lanes = 1;
    slots.look();
    await ask(0);
    expect(slots.out).toBe(3);
  });

  it('are none by default, and told to nobody', async () => {
    const clock = new VirtualClock();
    const calls: Roomy = { inFlight: 0, waiting: 0, room: () => 1, msUntilRoom: () => Infinity };
    const slots = new Slots(2, calls, clock);
    expect(slots.tryAcquire()).toBeDefined();
    expect(slots.tryAcquire()).toBeUndefined();
    slots.look();
    const aside = new Slots(2, { ...calls, room: () => 0, aside: 1 }, clock);
    expect(aside.tryAcquire()).toBeDefined();
    expect(aside.tryAcquire()).toBeUndefined();
  });

  it.each([
    [1, 1],
    [2, 2],
    [20, 2],
    [21, 3],
    [100, 10],
  ])('are a tenth of the calls at once, two at least, and no more than all: of %d %d', (cap, count) =>
    expect(asideOf(cap)).toBe(count),
  );
});

describe('a lane of which other workers have more use', () => {
  /** Whether a slot may be had aside from some time on, and not before. */
  async function comesAfter({ clock, slots }: ReturnType<typeof open>, ms: number): Promise<void> {
    await clock.pass(ms - 1);
    const early = slots.tryAcquire();
    expect(early).toBeUndefined();
    await clock.pass(1);
    slots.tryAcquire()!.release();
  }
  /** A lane comes for a slot, and so many others of its run are here. */
  const comes = ({ slots }: ReturnType<typeof open>, known: number) => {
    slots.tryAcquire()!.use();
    slots.tookLane(known);
  };

  it('keeps the process from seeking others for longer and longer, to two seconds, as none but lanes come', async () => {
    const opened = open({ aside: 5, ceiling: 100 });
    for (const ms of [250, 500, 1_000, 2_000, 2_000]) {
      comes(opened, 4);
      await comesAfter(opened, ms);
    }
  });

  it('does not where it is one of the first four of its run', () => {
    const opened = open({ aside: 5, ceiling: 100 });
    for (const known of [0, 1, 2, 3]) comes(opened, known);
    expect(opened.slots.tryAcquire()).toBeDefined();
  });

  it('does not where a task of another came between', async () => {
    const opened = open({ aside: 5, ceiling: 100 });
    comes(opened, 4);
    await comesAfter(opened, 250);
    opened.slots.tryAcquire()!.use();
    comes(opened, 4);
    opened.slots.tryAcquire()!.release();
    comes(opened, 4);
    await comesAfter(opened, 250);
  });

  it('does so until a lane has ended: another one of the run may wait', async () => {
    const opened = open({ aside: 5, ceiling: 100 });
    await opened.ask(0);
    comes(opened, 4);
    await opened.ask(1);
    expect(opened.held).toHaveLength(0);
    opened.slots.lostLane();
    await opened.ask(0);
    expect(opened.held).toHaveLength(1);
  });

  it('is waited for elsewhere for a second once it has given up all that it had', async () => {
    const opened = open({ aside: 5, ceiling: 100 });
    opened.slots.gaveUp();
    opened.slots.lostLane();
    await comesAfter(opened, 1_000);
  });

  it('has those who wait looked after when the time is over', async () => {
    const opened = open({ aside: 5, ceiling: 100 });
    comes(opened, 4);
    await opened.ask(1);
    await opened.clock.pass(249);
    expect(opened.held).toHaveLength(0);
    await opened.clock.pass(1);
    expect(opened.held).toHaveLength(1);
  });
});
