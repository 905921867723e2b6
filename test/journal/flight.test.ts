import { performance } from 'node:perf_hooks';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ClaimOptions, Lease } from '../../src/journal/journal-store.js';
import { LeaseKeeper } from '../../src/journal/lease-keeper.js';
import type { Asked } from '../../src/journal/index.js';
import { holderPrefix, SingleFlight } from '../../src/journal/single-flight.js';
import type { EntryClaim } from '../../src/journal/single-flight.js';
import { entryOf, keyOf } from './entries.js';

const key = keyOf('a');
const leaseMs = 10_000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A process whose store says what the test wants it to. */
class Process {
  /** What the store has at the moment. */
  has: EntryClaim = {};
  keeps = true;
  /** What happens while the store is asked. */
  meanwhile = () => {};
  readonly claims: (ClaimOptions & Lease & { atMs: number })[] = [];
  readonly kept: unknown[][] = [];
  /** What became of leases: renewed, given back, handed on. */
  readonly leases: string[] = [];
  readonly flight: SingleFlight;
  readonly #beganMs = Date.now();

  constructor(lastsMs = leaseMs) {
    const told = (what: string) => async () => void this.leases.push(what);
    this.flight = new SingleFlight({
      claim: async (lease, options) => {
        this.claims.push({ ...lease, ...options, atMs: Date.now() - this.#beganMs });
        this.meanwhile();
        return this.has;
      },
      keeper: new LeaseKeeper(
        { renewLeases: told('renewed'), releaseLease: told('given back'), handOnLease: told('handed on') },
        lastsMs,
      ),
      leaseMs: lastsMs,
      identity: 'worker-1',
      keep: async (...kept) => {
        this.kept.push(kept);
        return this.keeps;
      },
    });
  }
}

const foreign = { origin: 'another', sign: 'another 0' };
/** Of an asking that began after the other one ended. */
const anew = { origin: 'third', sign: 'third 0' };
type Ask = (signal?: AbortSignal) => Promise<Asked<string>>;
const asks = () => vi.fn<Ask>(async () => ({ value: 'mine', entry: entryOf('mine') }));

describe('whoever finds the answer', () => {
  it('gets it, asks nobody, and has joined nobody', async () => {
    const process = new Process();
    const entry = entryOf('theirs');
    process.has = { entry };
    const [ask, joins] = [asks(), vi.fn<() => void>()];
    expect(await process.flight.once(key, { joins, notBeforeMs: 7 }, ask)).toEqual({ reused: true, entry });
    expect([ask.mock.calls.length, joins.mock.calls.length, process.leases]).toEqual([0, 0, []]);
    expect(process.claims).toEqual([{ key, holder: expect.any(String), notBeforeMs: 7, deadSign: undefined, atMs: 0 }]);
  });

  it('takes the oldest one too, unless it says otherwise', async () => {
    const process = new Process();
    process.has = { entry: entryOf('theirs') };
    await process.flight.once(key, {}, asks());
    expect(process.claims[0]!.notBeforeMs).toBe(-Infinity);
  });

  it('has asked by a name of its own, which begins with that of its process', async () => {
    const process = new Process();
    for (let times = 0; times < 3; times += 1) await process.flight.once(key, {}, asks());
    const holders = process.claims.map(({ holder }) => holder);
    expect(new Set(holders).size).toBe(3);
    expect(holders.every((holder) => holder.startsWith(holderPrefix('worker-1')))).toBe(true);
    // That of worker-10 does not begin so.
    expect('worker-10/x'.startsWith(holderPrefix('worker-1'))).toBe(false);
  });
});

describe('whoever has the lease', () => {
  it('asks, renews it meanwhile, and gives it back with the answer (SingleFlight-1, SingleFlight-4)', async () => {
    const process = new Process();
    const entry = entryOf('mine');
    const ask = vi.fn<Ask>(async () => {
      await vi.advanceTimersByTimeAsync(leaseMs);
      return { value: 'mine', entry };
    });
    const { signal } = new AbortController();
    expect(await process.flight.once(key, { signal }, ask)).toEqual({ reused: false, value: 'mine' });
    expect(ask).toHaveBeenCalledExactlyOnceWith(signal);
    const { holder } = process.claims[0]!;
    expect(process.kept).toEqual([[key, entry, { key, holder }]]);
    expect(process.leases).toEqual(Array.from({ length: 5 }, () => 'renewed'));
    await vi.advanceTimersByTimeAsync(2 * leaseMs);
    expect(process.leases).toHaveLength(5);
  });

  it('gives it back where the answer cannot be kept, or is not to be, or does not come', async () => {
    const [unkept, improper, failed] = [new Process(), new Process(), new Process()];
    unkept.keeps = false;
    expect(await unkept.flight.once(key, {}, asks())).toEqual({ reused: false, value: 'mine' });
    expect(await improper.flight.once(key, {}, async () => ({ value: 'cut' }))).toEqual({
      reused: false,
      value: 'cut',
    });
    await expect(failed.flight.once(key, {}, () => Promise.reject(new Error('overloaded')))).rejects.toThrow(
      'overloaded',
    );
    for (const { leases } of [unkept, improper, failed]) expect(leases).toEqual(['given back']);
    expect([improper.kept, failed.kept]).toEqual([[], []]);
  });

  it('hands it on where it is no longer wanted, and only there (SingleFlight-5)', async () => {
    const wanted = new AbortController();
    const controller = new AbortController();
    const fails = () => {
      controller.abort();
      return Promise.reject(new Error('cancelled'));
    };
    const [still, nobody] = [new Process(), new Process()];
    await still.flight.once(key, { unwanted: wanted.signal }, fails).catch(() => {});
    await nobody.flight.once(key, { unwanted: controller.signal }, fails).catch(() => {});
    expect([still.leases, nobody.leases]).toEqual([['given back'], ['handed on']]);
  });

  it('does not ask once it is told to leave, and gives it back', async () => {
    const controller = new AbortController();
    const process = new Process();
    const ask = asks();
    const once = process.flight.once(key, { signal: controller.signal }, ask);
    controller.abort(new Error('cancelled'));
    await expect(once).rejects.toThrow('cancelled');
    expect([ask.mock.calls.length, process.leases]).toEqual([0, ['given back']]);
    await expect(process.flight.once(key, { signal: controller.signal }, ask)).rejects.toThrow('cancelled');
    expect(process.claims).toHaveLength(1);
  });

  it('wakes those who wait in its process at once, and none later on', async () => {
    const process = new Process();
    let answer = () => {};
    const first = process.flight.once(
      key,
      {},
      () => new Promise<{ value: string }>((resolve) => (answer = () => resolve({ value: 'cut' }))),
    );
    await vi.advanceTimersByTimeAsync(0);
    process.has = { foreign };
    const other = process.flight.once(key, {}, asks());
    await vi.advanceTimersByTimeAsync(0);
    process.has = { entry: entryOf('theirs') };
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(await first).toEqual({ reused: false, value: 'cut' });
    expect(await other).toMatchObject({ reused: true });

    process.has = { foreign };
    const late = process.flight.once(key, {}, asks());
    const looks = process.claims.length;
    await vi.advanceTimersByTimeAsync(5);
    expect(process.claims.length - looks).toBeLessThan(2);
    process.has = { entry: entryOf('theirs') };
    await vi.advanceTimersByTimeAsync(1_000);
    await late;
  });
});

describe('whoever waits for another', () => {
  /** When it looks while another asks for so long, in milliseconds since it began. */
  async function looks(whileMs: number, random: number, lastsMs = leaseMs): Promise<number[]> {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const process = new Process(lastsMs);
    process.has = { foreign };
    const joins = vi.fn<() => void>();
    const once = process.flight.once(key, { joins }, asks());
    await vi.advanceTimersByTimeAsync(whileMs);
    process.has = { entry: entryOf('theirs') };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await once).toMatchObject({ reused: true });
    expect(joins).toHaveBeenCalledTimes(1);
    return process.claims.map(({ atMs }) => atMs).filter((atMs) => atMs <= whileMs);
  }

  it('looks soon, then less often, and every 400 ms at least, however long the other takes', async () => {
    const times = await looks(9_000, 1);
    const gaps = times.slice(1).map((atMs, at) => atMs - times[at]!);
    expect(gaps[0]).toBeLessThanOrEqual(25);
    expect(gaps.toSorted((left, right) => left - right)).toEqual(gaps);
    expect(gaps.at(-1)).toBe(400);
    expect(times.length).toBeLessThan(40);
  });

  it('does not look when all the others do: a pause is shorter by up to a half', async () => {
    const [all, half] = [await looks(400, 1), await looks(400, 0)];
    expect(all.slice(1, 3)).toEqual([25, 62]);
    expect(half.slice(1, 3)).toEqual([12, 30]);
  });

  it('looks four times at least while a lease lasts', async () => {
    const times = await looks(400, 1, 40);
    expect(Math.max(...times.slice(1).map((atMs, at) => atMs - times[at]!))).toBeLessThanOrEqual(10);
  });

  it('takes another for dead when its lease has not changed for as long as it lasts, and not before (SingleFlight-2)', async () => {
    const process = new Process();
    process.has = { foreign };
    const once = process.flight.once(key, {}, asks());
    await vi.advanceTimersByTimeAsync(8_000);
    const renewed = { ...foreign, sign: 'another 1' };
    process.has = { foreign: renewed };
    await vi.advanceTimersByTimeAsync(9_000);
    expect(process.claims.every(({ deadSign }) => deadSign === undefined)).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(process.claims.at(-1)!.deadSign).toBe(renewed.sign);
    process.has = {};
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await once).toEqual({ reused: false, value: 'mine' });
    expect(new Set(process.claims.map(({ holder }) => holder)).size).toBe(1);
  });

  it('asks without a lease when another has begun anew, and keeps the answer (SingleFlight-3)', async () => {
    const process = new Process();
    process.has = { foreign };
    const entry = entryOf('mine');
    const ask = vi.fn<Ask>(async () => ({ value: 'mine', entry }));
    const { signal } = new AbortController();
    const once = process.flight.once(key, { signal }, ask);
    const improper = process.flight.once(key, {}, async () => ({ value: 'cut' }));
    await vi.advanceTimersByTimeAsync(1);
    process.has = { foreign: anew };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await once).toEqual({ reused: false, value: 'mine' });
    expect(ask).toHaveBeenCalledExactlyOnceWith(signal);
    expect(await improper).toEqual({ reused: false, value: 'cut' });
    expect([process.kept, process.leases]).toEqual([[[key, entry]], []]);
  });

  it('does not ask when another has begun anew, once it is told to leave', async () => {
    const process = new Process();
    process.has = { foreign };
    const controller = new AbortController();
    const ask = asks();
    const once = process.flight.once(key, { signal: controller.signal }, ask);
    once.catch(() => {});
    await vi.advanceTimersByTimeAsync(1);
    process.has = { foreign: anew };
    process.meanwhile = () => controller.abort(new Error('cancelled'));
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(once).rejects.toThrow('cancelled');
    expect(ask).not.toHaveBeenCalled();
  });

  it('waits on where the other is taken over from and not begun anew (SingleFlight-3)', async () => {
    const process = new Process();
    process.has = { foreign };
    const ask = asks();
    const once = process.flight.once(key, {}, ask);
    await vi.advanceTimersByTimeAsync(100);
    process.has = { foreign: { origin: foreign.origin, sign: 'third 5' } };
    await vi.advanceTimersByTimeAsync(1_000);
    process.has = { entry: entryOf('theirs') };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await once).toMatchObject({ reused: true });
    expect(ask).not.toHaveBeenCalled();
  });

  it('leaves when it is told to', async () => {
    const process = new Process();
    process.has = { foreign };
    const controller = new AbortController();
    const once = process.flight.once(key, { signal: controller.signal }, asks());
    await vi.advanceTimersByTimeAsync(100);
    controller.abort(new Error('cancelled'));
    await expect(once).rejects.toThrow('cancelled');
  });
});
