import { describe, expect, it } from 'vitest';

import { LaneBranches } from '../../activities/lane/lane-branches.js';
import { taskQueues } from '../../src/contract/names.js';
import { asideOf, Slots, Turns } from '../../src/model/limiter/index.js';
import type { Slot } from '../../src/model/limiter/index.js';
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
  const { slots, turns } = gatewaySlots(gateway, taskQueues.model, ceiling, { Slots, Turns, asideOf, systemClock: clock });
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
    return branches.run(() => new Promise<void>((resolve) => ends.push(resolve))).then(() => branches);
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
});
