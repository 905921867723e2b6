import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { openEmbeddedStore } from '../../src/journal/embedded/embedded-store.js';
import type { JournalStore } from '../../src/journal/journal-store.js';
import type { Spend } from '../../src/journal/index.js';
import { keyOf } from './entries.js';

afterEach(() => void vi.useRealTimers());

async function openStore(): Promise<JournalStore> {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-journal-'));
  const store = await openEmbeddedStore(home, () => {});
  onTestFinished(async () => {
    await store.close();
    await rm(home, { recursive: true });
  });
  // What it does with time is its own; only the day goes on when a test says so.
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  return store;
}

const [a, b, c] = ['a', 'b', 'c'].map((name) => keyOf(name)) as [string, string, string];
const record = (key: string, answeredAtMs = 5, bytes = Buffer.from(`record of ${key.slice(0, 4)}`)) => ({
  key,
  bytes,
  answeredAtMs,
});
const any = { notBeforeMs: -Infinity };

describe('records of the embedded store', () => {
  it('are found as they were written last, each under its own key', async () => {
    const store = await openStore();
    await store.write(record(a));
    await store.write(record(b));
    await store.write(record(a, 9, Buffer.from('newer')));
    expect(Buffer.from((await store.read(a))!).toString()).toBe('newer');
    expect(Buffer.from((await store.read(b))!)).toEqual(record(b).bytes);
    expect(await store.read(c)).toBeUndefined();
    expect(await store.stats()).toMatchObject({
      entries: 2,
      bytes: 5 + record(b).bytes.length,
      oldestAtMs: 5,
      newestAtMs: 9,
      setAside: [],
    });
  });

  it('are added only where there is none, or an older one', async () => {
    const store = await openStore();
    await store.write(record(a, 5));
    await store.write(record(b, 9));
    const newer = Buffer.from('newer');
    expect(await store.add([record(a, 6, newer), record(b, 9, newer), record(c, 1)])).toEqual([a, c]);
    expect([Buffer.from((await store.read(a))!), Buffer.from((await store.read(b))!)]).toEqual([
      newer,
      record(b).bytes,
    ]);
  });

  it('come page by page in the order of their keys, one at least however large', async () => {
    const store = await openStore();
    for (const key of [a, b, c]) await store.write(record(key));
    const sorted = [a, b, c].toSorted();
    const keys = async (after: string | undefined, records: number, bytes: number) =>
      (await store.page(after, { records, bytes })).map(({ key }) => key);
    expect(await keys(undefined, 9, 999)).toEqual(sorted);
    expect(await keys(undefined, 2, 999)).toEqual(sorted.slice(0, 2));
    expect(await keys(sorted[0], 9, 1)).toEqual(sorted.slice(1, 2));
    expect(await keys(sorted[2], 9, 999)).toEqual([]);
    const [first] = await store.page(undefined, { records: 1, bytes: 1 });
    expect({ ...first, bytes: Buffer.from(first!.bytes) }).toEqual(record(sorted[0]!));
  });

  it('that were not used for longest go first; uses are counted, and what they saved', async () => {
    const store = await openStore();
    for (const key of [a, b, c]) {
      await store.write(record(key, 5, Buffer.alloc(40_000, key)));
      vi.setSystemTime(Date.now() + 10);
    }
    await store.recordReuses([
      { key: a, times: 2, savedUsd: 0.5 },
      { key: b, times: 1, savedUsd: 0.25 },
    ]);
    expect(await store.stats()).toMatchObject({ reuses: 3, savedUsd: 0.75 });
    expect(await store.prune({ maxBytes: 90_000 }, Date.now())).toEqual({ entries: 1, bytes: 40_000 });
    expect(await store.read(c)).toBeUndefined();
    await store.clear();
    expect(await store.stats()).toMatchObject({ entries: 0, bytes: 0, reuses: 0, savedUsd: 0, oldestAtMs: null });
  });
});

describe('leases of the embedded store', () => {
  const [one, other, third] = ['one', 'other', 'third'].map((holder) => ({ key: a, holder }));

  it('have one holder, until they run out; renewing keeps them, and changes their sign', async () => {
    const store = await openStore();
    expect((await store.claim(one!, 100, any)).foreign).toBeUndefined();
    const { foreign } = await store.claim(other!, 100, any);
    expect(foreign).toMatchObject({ origin: 'one' });
    expect((await store.claim(one!, 100, any)).foreign).toBeUndefined();
    vi.setSystemTime(Date.now() + 99);
    await store.renewLeases([one!, { key: b, holder: 'one' }], 100);
    vi.setSystemTime(Date.now() + 99);
    const renewed = (await store.claim(other!, 100, any)).foreign;
    expect(renewed?.sign).not.toBe(foreign?.sign);
    vi.setSystemTime(Date.now() + 1);
    expect((await store.claim(other!, 100, any)).foreign).toBeUndefined();
    // It goes on with the asking of the first.
    expect((await store.claim(third!, 100, any)).foreign).toMatchObject({ origin: 'one' });
    await store.renewLeases([one!], 1e9);
    vi.setSystemTime(Date.now() + 101);
    expect((await store.claim(third!, 100, any)).foreign).toBeUndefined();
  });

  it('of those who are known to be dead may be taken, and no other', async () => {
    const store = await openStore();
    await store.claim(one!, 1e9, any);
    const { foreign } = await store.claim(other!, 100, any);
    expect((await store.claim(other!, 100, { ...any, deadSign: 'one 7' })).foreign).toEqual(foreign);
    expect((await store.claim(other!, 100, { ...any, deadSign: foreign!.sign })).foreign).toBeUndefined();
  });

  it('end with the record that is written under them, or are given back, by their holder alone', async () => {
    const store = await openStore();
    await store.claim(one!, 1e9, any);
    await store.releaseLease(other!);
    expect((await store.claim(other!, 100, any)).foreign).toBeDefined();
    await store.releaseLease(one!);
    expect((await store.claim(other!, 1e9, any)).foreign).toBeUndefined();
    await store.write(record(a, 5), other);
    expect(Buffer.from((await store.claim(third!, 100, any)).record!)).toEqual(record(a).bytes);
    // Whoever wants a newer one has the lease.
    expect(await store.claim(third!, 100, { notBeforeMs: 6 })).toEqual({ foreign: undefined });
    expect((await store.claim(third!, 100, { notBeforeMs: 5 })).record).toBeDefined();
  });

  it('are handed on as they are, and those of a dead process are anybody’s', async () => {
    const store = await openStore();
    await store.claim(one!, 1e9, any);
    await store.handOnLease(other!);
    expect((await store.claim(other!, 100, any)).foreign).toBeDefined();
    await store.handOnLease(one!);
    await store.renewLeases([one!], 1e9);
    expect((await store.claim(other!, 1e9, any)).foreign).toBeUndefined();
    await store.expireLeases?.('oth-');
    expect((await store.claim(third!, 100, any)).foreign).toMatchObject({ origin: 'one' });
    await store.expireLeases?.('oth');
    expect((await store.claim(third!, 100, any)).foreign).toBeUndefined();
  });
});

describe('the ledger of the embedded store', () => {
  const row = (part: Partial<Spend> = {}): Spend => ({
    day: '2026-11-29',
    run: 'run',
    client: 'me',
    model: 'm',
    calls: 1,
    inputTokens: 2,
    outputTokens: 3,
    cacheReadTokens: 4,
    cacheWriteTokens: 5,
    costUsd: 0.5,
    unpriced: 6,
    untold: 7,
    ...part,
  });

  it('adds up by day, run, client and model, the latest days first', async () => {
    const store = await openStore();
    const others = [row({ day: '2026-11-28' }), row({ run: 'a' }), row({ client: 'a' }), row({ model: 'a' })];
    expect(await store.recordSpend([row(), row(), ...others])).toHaveLength(6);
    const sum = row({
      calls: 2,
      inputTokens: 4,
      outputTokens: 6,
      cacheReadTokens: 8,
      cacheWriteTokens: 10,
      costUsd: 1,
    });
    const whole = { ...sum, unpriced: 12, untold: 14 };
    expect(await store.spend('2026-11-01')).toEqual([others[1], others[2], others[3], whole, others[0]]);
    expect(await store.spend('2026-11-29')).toHaveLength(4);
    expect(await store.spend('2026-11-30')).toEqual([]);
  });

  it('counts what is marked once for each model', async () => {
    const store = await openStore();
    expect(await store.recordSpend([row()], 'mark')).toEqual([row()]);
    expect(await store.recordSpend([row(), row({ model: 'a' })], 'mark')).toEqual([row({ model: 'a' })]);
    expect(await store.recordSpend([row()], 'other')).toEqual([row()]);
    expect((await store.spend('')).map(({ model, calls }) => [model, calls])).toEqual([
      ['a', 1],
      ['m', 2],
    ]);
  });

  it('sets aside what is left of a day, for as long as its holder lives', async () => {
    const store = await openStore();
    await store.recordSpend([row({ costUsd: 4 }), row({ day: '2026-11-28', costUsd: 99 })]);
    const hold = { day: '2026-11-29', leastUsd: 1, mostUsd: 4, budgetUsd: 10, heldUsd: 0, forMs: 100 };
    expect(await store.holdSpend({ ...hold, holder: 'one' })).toBe(4);
    expect(await store.holdSpend({ ...hold, holder: 'other' })).toBe(2);
    expect(await store.holdSpend({ ...hold, holder: 'third' })).toBe(0);
    // What one asks for anew stands in place of what it had.
    expect(await store.holdSpend({ ...hold, holder: 'one', mostUsd: 3, heldUsd: 4 })).toBe(3);
    expect(await store.holdSpend({ ...hold, holder: 'third' })).toBe(1);
    vi.setSystemTime(Date.now() + 100);
    expect(await store.holdSpend({ ...hold, holder: 'third' })).toBe(4);
    expect(await store.holdSpend({ ...hold, holder: 'third', leastUsd: 0, mostUsd: 0 })).toBe(0);
    expect(await store.holdSpend({ ...hold, holder: 'one', mostUsd: 9 })).toBe(6);
  });
});
