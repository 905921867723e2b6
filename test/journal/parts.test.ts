import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { claimInSteps } from '../../src/journal/claim-in-steps.js';
import type { ForeignLease, JournalStore } from '../../src/journal/journal-store.js';
import { grantOf } from '../../src/journal/hold.js';
import { pause } from '../../src/journal/pause.js';
import { ReuseCount } from '../../src/journal/reuse-count.js';
import { defaultLimits, Upkeep } from '../../src/journal/upkeep.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const hourMs = 3_600_000;

describe('a claim in steps', () => {
  const record = new Uint8Array([1]);
  const foreign: ForeignLease = { origin: 'another', sign: 'another 0' };

  /** Claims where the record is found at the first or at the second look, or at none, and tells what was done. */
  async function claimed(found: 'first' | 'second' | 'never', inTheWay?: ForeignLease) {
    const done: string[] = [];
    const claim = await claimInSteps({
      find: async () => {
        done.push('find');
        const looks = done.filter((step) => step === 'find').length;
        return found === 'first' || (found === 'second' && looks === 2) ? record : undefined;
      },
      take: async () => {
        done.push('take');
        return inTheWay;
      },
      release: async () => void done.push('release'),
    });
    return { claim, done: done.join(' ') };
  }

  it('takes no lease where the record is there', async () => {
    expect(await claimed('first')).toEqual({ claim: { record }, done: 'find' });
  });

  it('has the lease, or what is in the way, where there is no record', async () => {
    expect(await claimed('never')).toEqual({ claim: {}, done: 'find take find' });
    expect(await claimed('never', foreign)).toEqual({ claim: { foreign }, done: 'find take find' });
  });

  it('gives its own lease back where the record has come meanwhile, and nobody else’s (SingleFlight-4)', async () => {
    expect(await claimed('second')).toEqual({ claim: { record }, done: 'find take find release' });
    expect(await claimed('second', foreign)).toEqual({ claim: { record }, done: 'find take find' });
  });
});

describe('the limits of a journal', () => {
  it('are 90 days and 2 GiB', () => {
    expect(defaultLimits).toEqual({ maxAgeMs: 90 * 24 * hourMs, maxBytes: 2_147_483_648 });
  });

  it('are applied at once, and every hour until it is closed, whatever becomes of one time', async () => {
    const prune = vi.fn<JournalStore['prune']>(async () => ({ entries: 0, bytes: 0 }));
    prune.mockRejectedValueOnce(new Error('The store is busy.'));
    const upkeep = new Upkeep({ prune }, { maxAgeMs: 5 });
    expect(prune).toHaveBeenCalledExactlyOnceWith({ maxAgeMs: 5 }, Date.now());
    await vi.advanceTimersByTimeAsync(2 * hourMs);
    expect(prune).toHaveBeenCalledTimes(3);
    expect(prune).toHaveBeenLastCalledWith({ maxAgeMs: 5 }, Date.now());
    await upkeep.stop();
    await vi.advanceTimersByTimeAsync(2 * hourMs);
    expect(prune).toHaveBeenCalledTimes(3);
  });

  it('are being applied when it is closed: that is waited for, at its opening and later', async () => {
    for (const times of [1, 2]) {
      let finish = () => {};
      let begun = 0;
      const prune = () => {
        begun += 1;
        return begun < times
          ? Promise.resolve({ entries: 0, bytes: 0 })
          : new Promise<{ entries: number; bytes: number }>((resolve) => {
              finish = () => resolve({ entries: 1, bytes: 1 });
            });
      };
      const upkeep = new Upkeep({ prune }, {});
      await vi.advanceTimersByTimeAsync((times - 1) * hourMs);
      let isOver = false;
      const stopped = upkeep.stop().then(() => (isOver = true));
      await vi.advanceTimersByTimeAsync(1);
      expect([begun, isOver]).toEqual([times, false]);
      finish();
      await stopped;
    }
  });
});

describe('answers that are used again', () => {
  it('are counted by question, and written together within a second', async () => {
    const recordReuses = vi.fn<JournalStore['recordReuses']>(async () => {});
    const reuses = new ReuseCount({ recordReuses });
    reuses.add('a', 0.25);
    reuses.add('b', 0);
    await vi.advanceTimersByTimeAsync(900);
    reuses.add('a', 0.5);
    expect(recordReuses).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(recordReuses).toHaveBeenCalledExactlyOnceWith([
      { key: 'a', times: 2, savedUsd: 0.75 },
      { key: 'b', times: 1, savedUsd: 0 },
    ]);
  });

  it('are written once each: what is written does not count in what comes next, nor is nothing written', async () => {
    const recordReuses = vi.fn<JournalStore['recordReuses']>(async () => {});
    const reuses = new ReuseCount({ recordReuses });
    await reuses.flush();
    expect(recordReuses).not.toHaveBeenCalled();
    reuses.add('a', 0.25);
    await reuses.flush();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(recordReuses).toHaveBeenCalledTimes(1);
    reuses.add('a', 0.5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(recordReuses.mock.calls.at(-1)).toEqual([[{ key: 'a', times: 1, savedUsd: 0.5 }]]);
  });

  it('are not worth a failure', async () => {
    const reuses = new ReuseCount({ recordReuses: () => Promise.reject(new Error('The store is gone.')) });
    reuses.add('a', 0.25);
    await expect(reuses.flush()).resolves.toBeUndefined();
  });
});

describe('money that is set aside', () => {
  const hold = { holder: 'here', day: '2026-11-29', heldUsd: 1, leastUsd: 2, mostUsd: 5, budgetUsd: 10, forMs: 1 };

  it.each([
    ['as much as is wanted, where there is more', 3, 5],
    ['as much as is wanted, where there is just that', 5, 5],
    ['what is left, where that is less', 7, 3],
    ['the least, where just that is left', 8, 2],
    ['the least, where a sum is off by its rounding', 8 + 1e-12, 2],
    ['what is set aside already, where there is less', 8.5, 1],
    ['what is set aside already, where nothing is left', 11, 1],
  ])('is %s', (_, takenUsd, granted) => {
    expect(grantOf(hold, takenUsd)).toBe(granted);
  });
});

describe('a pause', () => {
  /** Whether it is over, and how. */
  function watched(pausing: Promise<void>) {
    const seen = { end: 'none' };
    pausing.then(
      () => (seen.end = 'over'),
      (error: Error) => (seen.end = error.message),
    );
    return seen;
  }

  it('ends when its time is over, and not before', async () => {
    const seen = watched(pause(10));
    await vi.advanceTimersByTimeAsync(9);
    expect(seen.end).toBe('none');
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.end).toBe('over');
  });

  it.each([
    ['comes', () => Promise.resolve()],
    ['fails', () => Promise.reject(new Error('overloaded'))],
  ])('ends sooner when what it waits for %s, and leaves nothing behind', async (_, until) => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    const seen = watched(pause(10, signal, until()));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.end).toBe('over');
    expect([vi.getTimerCount(), removed.mock.calls.length]).toEqual([0, 1]);
  });

  it('fails with the reason of its signal, aborted before or meanwhile', async () => {
    const before = watched(pause(10, AbortSignal.abort(new Error('cancelled'))));
    const controller = new AbortController();
    const meanwhile = watched(pause(10, controller.signal));
    await vi.advanceTimersByTimeAsync(5);
    controller.abort(new Error('cancelled too'));
    await vi.advanceTimersByTimeAsync(0);
    expect([before.end, meanwhile.end, vi.getTimerCount()]).toEqual(['cancelled', 'cancelled too', 0]);
  });
});
