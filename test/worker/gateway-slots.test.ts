import { describe, expect, it } from 'vitest';

import { LaneBranches } from '../../activities/lane/lane-branches.js';
import { taskQueues } from '../../src/contract/names.js';
import { asideOf, Slots, Turns } from '../../src/model/limiter/index.js';
import type { Slot } from '../../src/model/limiter/index.js';
import type { LayerQuestion, Paid, Payer } from '../../src/model/layer/index.js';
import { atMost } from '../../src/worker/at-most.js';
import { gatewaySlots } from '../../src/worker/gateway-slots.js';
import type { WorkerGateway } from '../../src/worker/gateway-slots.js';
import { VirtualClock } from '../model/limiter/virtual-clock.js';

/** A gateway's share for one worker, and what the worker tells of what it has. */
class Share {
  told = { out: 0, wants: 0 };
  readonly #listeners: (() => void)[] = [];
  #room = 0;

  room(): number {
    return this.#room;
  }

  wanted(out: number, wants: number): void {
    this.told = { out, wants };
  }

  onRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }

  set(room: number): void {
    this.#room = room;
    for (const listener of this.#listeners) listener();
  }
}

function open(ceiling = 100) {
  const share = new Share();
  const clock = new VirtualClock();
  const gateway = { rooms: { paid: share, offline: new Share() }, limits: () => [] } as unknown as WorkerGateway;
  const { slots, turns } = gatewaySlots(gateway, gateway, taskQueues.model, ceiling, {
    Slots,
    Turns,
    asideOf,
    systemClock: clock,
  });
  const taken: Slot[] = [];
  const ends: (() => void)[] = [];
  const take = async (count: number) => {
    for (let each = 0; each < count; each += 1)
      void slots.acquire(new AbortController().signal).then((slot) => taken.push(slot));
    await passed();
  };
  const lane = (places: number, width: number) => {
    const branches = new LaneBranches(
      Array.from({ length: places }, (_, place) => place),
      width,
      { turns, share: { key: 'run' } },
      [],
    );
    return branches.run(() => new Promise<true>((resolve) => ends.push(() => resolve(true)))).then(() => branches);
  };
  return { share, clock, slots, turns, taken, ends, take, lane };
}

async function passed(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the share of a worker with a gateway', () => {
  it('bounds the branches of its lanes, and is asked for as they want it', async () => {
    const { share, taken, ends, take, lane } = open();
    await take(1);
    expect(share.told).toEqual({ out: 0, wants: 1 });
    share.set(1);
    await passed();
    expect(taken).toHaveLength(1);
    const ran = lane(6, 4);
    expect(ends).toHaveLength(1);
    expect(share.told).toEqual({ out: 1, wants: 3 });
    share.set(3);
    expect(ends).toHaveLength(3);
    share.set(10);
    expect(ends, 'no more than its width').toHaveLength(4);
    for (let each = 0; each < 6; each += 1) {
      ends[each]?.();
      await passed();
    }
    await ran;
    taken[0]?.release();
    expect(ends).toHaveLength(6);
    expect(share.told).toEqual({ out: 0, wants: 0 });
  });

  it('goes to tasks and branches together, branches first', async () => {
    const { share, slots, taken, ends, take, lane } = open();
    share.set(5);
    await take(1);
    void lane(20, 3);
    await take(10);
    expect(ends).toHaveLength(3);
    // The lane's own, and two beside its three branches.
    expect(taken).toHaveLength(3);
    expect(share.told).toEqual({ out: 5, wants: 8 });
    void lane(20, 2);
    share.set(7);
    expect(ends.length + slots.out - 2).toBeLessThanOrEqual(7);
  });

  it('is no more than the worker’s own ceiling, and what is above it is handed back', async () => {
    const { share, clock, ends, turns, lane, take } = open(4);
    share.set(100);
    await take(1);
    void lane(50, 10);
    expect(ends).toHaveLength(4);
    expect(turns.surplus(), 'not at once').toBe(0);
    await clock.pass(350);
    expect(turns.surplus()).toBe(6);
  });

  it('is nothing while the gateway is away, which is no reason to hand anything back', async () => {
    const { share, clock, ends, turns, lane, take } = open(4);
    share.set(1);
    await take(1);
    share.set(0);
    void lane(50, 10);
    expect(ends).toHaveLength(0);
    await clock.pass(350);
    expect(turns.surplus()).toBe(0);
    share.set(2);
    expect(ends).toHaveLength(2);
  });

  it('is for lanes where pollers find no task, and for the task that one finds before their next branches', async () => {
    const { share, clock, slots, taken, ends, take, lane } = open(10);
    share.set(100);
    await take(4);
    taken[0]!.use();
    void lane(100, 10);
    expect(ends, 'a task may be on its way for each of three').toHaveLength(7);
    await clock.pass(600);
    expect(ends).toHaveLength(10);
    expect(share.told).toEqual({ out: 10, wants: 0 });
    await take(1);
    expect(taken, 'lanes have all of it').toHaveLength(4);
    taken[1]!.use();
    expect(share.told.out).toBe(11);
    ends[0]!();
    await passed();
    expect(ends, 'the task has the place').toHaveLength(10);
    taken[1]!.release();
    await passed();
    expect([taken.length, slots.idle, ends.length], 'the next task has it').toEqual([5, 2, 10]);
    await clock.pass(600);
    expect([slots.idle, ends.length]).toEqual([3, 11]);
  });

  it('leaves lanes all that they have while tasks are sought aside, and gives one that comes the next place', async () => {
    const { share, slots, taken, ends, take, lane } = open(10);
    share.set(100);
    await take(1);
    taken[0]!.use();
    void lane(100, 20);
    await take(4);
    expect([taken.length, slots.idle, ends.length], 'no more than two aside').toEqual([3, 2, 10]);
    expect(share.told.out).toBe(10);
    taken[1]!.use();
    ends[0]!();
    await passed();
    expect(ends, 'the task has the place').toHaveLength(10);
  });
});

describe('the ceiling of a worker with a gateway', () => {
  it('holds calls of tasks that come while lanes have all of it, which takes nothing of their time', async () => {
    const ends: (() => void)[] = [];
    const paid = {} as Paid;
    const layer = atMost(
      2,
      {
        payOnce: () => new Promise((resolve) => ends.push(() => resolve(paid))),
        paidBefore: async () => undefined,
      },
      { Slots, systemClock: new VirtualClock() },
    );
    let waits = 0;
    const ask = (signal = new AbortController().signal, offline = false) => {
      const waiting: Payer['waiting'] = (wait) => {
        waits += 1;
        return wait().finally(() => (waits -= 1));
      };
      return layer.payOnce({ offline } as LayerQuestion, { signal, waiting } as Payer, {} as never);
    };
    const all = [ask(), ask(), ask(), ask()];
    void ask(undefined, true);
    await passed();
    expect([ends.length, waits], 'each model has places of its own').toEqual([3, 2]);
    expect([layer.waitingTasks('paid'), layer.waitingTasks('offline')]).toEqual([2, 0]);
    const cut = new AbortController();
    const lost = ask(cut.signal).catch((reason: unknown) => reason);
    cut.abort(new Error('CANCELLED'));
    expect(await lost).toBe(cut.signal.reason);
    for (let each = 0; each < 5; each += 1) {
      ends[each]?.();
      await passed();
    }
    expect(await Promise.all(all)).toEqual([paid, paid, paid, paid]);
    expect([waits, layer.waitingTasks('paid')]).toEqual([0, 0]);
  });
});
