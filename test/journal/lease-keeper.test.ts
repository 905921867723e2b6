import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Lease } from '../../src/journal/journal-store.js';
import { LeaseKeeper } from '../../src/journal/lease-keeper.js';

const [one, other] = ['one', 'other'].map((key) => ({ key, holder: 'here' })) as [Lease, Lease];
const leaseMs = 10_000;

let renewed: string[][];
/** What the store does when leases are renewed. */
let answer: () => Promise<void>;
const releaseLease = vi.fn<(lease: Lease) => Promise<void>>(async () => {});
const handOnLease = vi.fn<(lease: Lease) => Promise<void>>(async () => {});
let keeper: LeaseKeeper;

beforeEach(() => {
  vi.useFakeTimers();
  renewed = [];
  answer = async () => {};
  const renewLeases = (leases: readonly Lease[], ms: number) => {
    expect(ms).toBe(leaseMs);
    renewed.push(leases.map(({ key }) => key));
    return answer();
  };
  keeper = new LeaseKeeper({ renewLeases, releaseLease, handOnLease }, leaseMs);
});

afterEach(() => {
  keeper.stop();
  vi.useRealTimers();
  vi.clearAllMocks();
});

/** A fifth of the lease's time goes by. */
const passes = (times = 1) => vi.advanceTimersByTimeAsync((times * leaseMs) / 5);

it('renews all leases in one go, five times while they last', async () => {
  keeper.keep(one);
  keeper.keep(other);
  await passes(5);
  expect(renewed).toEqual(Array.from({ length: 5 }, () => ['one', 'other']));
});

it('renews no more what was given back, handed on or forgotten, and begins anew with the next', async () => {
  for (const [index, end] of (['giveBack', 'handOn', 'forget'] as const).entries()) {
    renewed = [];
    keeper.keep(one);
    keeper.keep(other);
    await keeper[end](one);
    await passes();
    expect(renewed).toEqual([['other']]);
    keeper.forget(other);
    await passes(3);
    expect(renewed).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    expect([releaseLease.mock.calls, handOnLease.mock.calls].map(({ length }) => length)).toEqual([
      1,
      index > 0 ? 1 : 0,
    ]);
  }
  expect(releaseLease).toHaveBeenCalledWith(one);
  expect(handOnLease).toHaveBeenCalledWith(one);
});

it('makes up for a renewal that failed by the next, and has one under way at a time', async () => {
  keeper.keep(one);
  answer = () => Promise.reject(new Error('The store is busy.'));
  await passes(2);
  expect(renewed).toHaveLength(2);
  let finish = () => {};
  answer = () => new Promise((resolve) => (finish = resolve));
  await passes(3);
  expect(renewed).toHaveLength(3);
  finish();
  await passes();
  expect(renewed).toHaveLength(4);
});

it('lets a lease run out that cannot be given back or handed on, and says nothing', async () => {
  for (const mock of [releaseLease, handOnLease]) mock.mockRejectedValueOnce(new Error('The store is gone.'));
  await expect(keeper.giveBack(one)).resolves.toBeUndefined();
  await expect(keeper.handOn(one)).resolves.toBeUndefined();
});

it('renews nothing once it is stopped', async () => {
  keeper.keep(one);
  keeper.stop();
  await passes(2);
  expect(renewed).toEqual([]);
});
