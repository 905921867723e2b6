import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readKeyring } from '../../src/encryption/index.js';
import type { Claim, ClaimOptions, JournalStore, Lease, StoredRecord } from '../../src/journal/journal-store.js';
import { decodeRecord, encodeRecord } from '../../src/journal/record/record.js';
import { StoredJournal } from '../../src/journal/stored-journal.js';
import type { StoredJournalSettings } from '../../src/journal/stored-journal.js';
import { entryOf, keyOf } from './entries.js';

const key = keyOf('a');
const keyring = readKeyring(randomBytes(32).toString('base64'), 'journal');
const leaseMs = 10_000;
const entry = entryOf('mine', { answeredAtMs: 7 });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const stats = {
  entries: 3,
  bytes: 9,
  oldestAtMs: 1,
  newestAtMs: 2,
  reuses: 4,
  savedUsd: 5,
  place: 'here',
  setAside: [],
};

/** A store that tells what it is asked, in order. */
function storeOf(parts: Partial<JournalStore> = {}) {
  const said: unknown[][] = [];
  const tells =
    <T>(name: string, value: T) =>
    async (...given: unknown[]) => {
      said.push([name, ...given]);
      return value;
    };
  const store = {
    read: tells('read', undefined),
    write: tells('write', undefined),
    claim: tells('claim', {}),
    renewLeases: tells('renew', undefined),
    releaseLease: tells('release', undefined),
    handOnLease: tells('hand on', undefined),
    expireLeases: tells('expire', undefined),
    recordReuses: tells('reuses', undefined),
    recordSpend: tells('spend', []),
    holdSpend: tells('hold', 5),
    spend: tells('spent', []),
    stats: tells('stats', stats),
    prune: tells('prune', { entries: 1, bytes: 2 }),
    clear: tells('clear', undefined),
    close: tells('close', undefined),
    ...parts,
  };
  return { store: store as unknown as JournalStore, said };
}

function journalOn(store: JournalStore, settings: Partial<StoredJournalSettings> = {}) {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  return {
    journal: new StoredJournal(store, { keyring, limits: { maxBytes: 5 }, leaseMs, onWarning, ...settings }),
    warnings,
  };
}

describe('a journal on any store', () => {
  it('applies its limits when it is opened', () => {
    const { store, said } = storeOf();
    journalOn(store);
    expect(said).toEqual([['prune', { maxBytes: 5 }, Date.now()]]);
  });

  it('keeps an answer sealed under its key, and as old as it is', async () => {
    const write = vi.fn<JournalStore['write']>(async () => {});
    await journalOn(storeOf({ write }).store).journal.put(key, entry);
    const [record, lease] = write.mock.calls[0]!;
    expect({ ...record, bytes: 0, lease }).toEqual({ key, answeredAtMs: 7, bytes: 0, lease: undefined });
    expect(await decodeRecord(key, record.bytes, keyring)).toEqual(entry);
    await expect(decodeRecord(key, record.bytes)).rejects.toMatchObject({ lacksKey: true });
  });

  it('finds what is kept; what cannot be read is none, with a warning, and what the store throws is thrown (Journal-2)', async () => {
    let record: Uint8Array | undefined = await encodeRecord(key, entry, keyring);
    const read = async (asked: string) => (asked === key ? record : undefined);
    const { journal, warnings } = journalOn(storeOf({ read }).store);
    expect(await journal.get(key)).toEqual(entry);
    expect(await journal.get(keyOf('b'))).toBeUndefined();
    expect(warnings).toEqual([]);
    record = Buffer.from('This is no record.');
    expect(await journal.get(key)).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(`The journal's record ${key.slice(0, 12)}… has the unknown`)]);
    const gone = storeOf({ read: () => Promise.reject(new Error('The store is gone.')) });
    await expect(journalOn(gone.store).journal.get(key)).rejects.toThrow('The store is gone.');
  });

  it('reads for whoever asks once what it reads for all, and counts what that saved', async () => {
    const records = { a: 0.25, b: null };
    const record = async (name: keyof typeof records) =>
      encodeRecord(keyOf(name), { ...entry, costUsd: records[name] }, keyring);
    const claims: Record<string, Claim> = {
      [keyOf('a')]: { record: await record('a') },
      [keyOf('b')]: { record: await record('b') },
    };
    const claim = async ({ key: asked }: Lease) => claims[asked] ?? {};
    const { store, said } = storeOf({ claim });
    const { journal } = journalOn(store);
    const ask = vi.fn<() => Promise<{ value: string }>>(async () => ({ value: 'asked' }));
    for (const name of ['a', 'b', 'a', 'c']) await journal.once(keyOf(name), {}, ask);
    expect(ask).toHaveBeenCalledTimes(1);
    await journal.stats();
    expect(said.filter(([name]) => name === 'reuses')).toEqual([
      [
        'reuses',
        [
          { key: keyOf('a'), times: 2, savedUsd: 0.5 },
          { key: keyOf('b'), times: 1, savedUsd: 0 },
        ],
      ],
    ]);
  });

  it('claims what cannot be read under its lease, whatever its age, as the claim would have been', async () => {
    const claims: (Lease & ClaimOptions & { leaseMs: number })[] = [];
    const claim = async (lease: Lease, forMs: number, options: ClaimOptions): Promise<Claim> => {
      claims.push({ ...lease, leaseMs: forMs, ...options });
      return claims.length === 1 ? { record: Buffer.from('This is no record.') } : {};
    };
    const { journal, warnings } = journalOn(storeOf({ claim }).store, { identity: 'worker-1' });
    expect(await journal.once(key, { notBeforeMs: 5 }, async () => ({ value: 'asked' }))).toEqual({
      reused: false,
      value: 'asked',
    });
    const { holder } = claims[0]!;
    expect(holder).toMatch(/^worker-1\//);
    expect(claims).toEqual([
      { key, holder, leaseMs, notBeforeMs: 5, deadSign: undefined },
      { key, holder, leaseMs, notBeforeMs: Infinity, deadSign: undefined },
    ]);
    expect(warnings).toHaveLength(1);
  });

  it('asks nothing that another is asking, and waits for its answer', async () => {
    let claim: Claim = { foreign: { origin: 'another', sign: 'another 0' } };
    const { journal } = journalOn(storeOf({ claim: async () => claim }).store);
    const ask = vi.fn<() => Promise<{ value: string }>>(async () => ({ value: 'asked' }));
    const joins = vi.fn<() => void>();
    const once = journal.once(key, { joins }, ask);
    await vi.advanceTimersByTimeAsync(1_000);
    claim = { record: await encodeRecord(key, entry, keyring) };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await once).toEqual({ reused: true, entry });
    expect([ask.mock.calls.length, joins.mock.calls.length]).toEqual([0, 1]);
  });

  it('gives the lease back with the answer, in one step', async () => {
    const written: (StoredRecord & { lease: Lease | undefined })[] = [];
    const write = async (record: StoredRecord, lease?: Lease) => void written.push({ ...record, lease });
    const { store, said } = storeOf({ write });
    await journalOn(store).journal.once(key, {}, async () => ({ value: 'asked', entry }));
    expect(written.map(({ lease }) => lease)).toEqual([{ key, holder: expect.any(String) }]);
    expect(said.map(([name]) => name)).toEqual(['prune', 'claim']);
  });

  it('gives an answer that it cannot keep to whoever has paid for it, with a warning and the lease back', async () => {
    const write = () => Promise.reject(new Error('no space is left'));
    const { store, said } = storeOf({ write });
    const { journal, warnings } = journalOn(store);
    expect(await journal.once(key, {}, async () => ({ value: 'asked', entry }))).toEqual({
      reused: false,
      value: 'asked',
    });
    expect(warnings).toEqual([expect.stringMatching(/could not be kept .+ paid for again: no space is left$/)]);
    expect(said.map(([name]) => name)).toEqual(['prune', 'claim', 'release']);
  });

  it('lets nobody wait for the dead, where the store can know who they are (Journal-3)', async () => {
    const { store, said } = storeOf();
    await journalOn(store).journal.abandon('worker-1');
    expect(said.at(-1)).toEqual(['expire', 'worker-1/']);
    const shared = { ...storeOf().store, expireLeases: undefined };
    await expect(journalOn(shared as unknown as JournalStore).journal.abandon('worker-1')).resolves.toBeUndefined();
  });

  it('passes on what it is asked of the ledger, and what it holds', async () => {
    const row = { day: '2026-11-29' } as Parameters<JournalStore['recordSpend']>[0][number];
    const hold = { holder: 'here' } as Parameters<JournalStore['holdSpend']>[0];
    const recordSpend = vi.fn<JournalStore['recordSpend']>(async () => [row]);
    const { store, said } = storeOf({ recordSpend });
    const { journal } = journalOn(store);
    expect(await journal.recordSpend([row], 'mark')).toEqual([row]);
    expect(recordSpend).toHaveBeenCalledExactlyOnceWith([row], 'mark');
    expect(await journal.holdSpend(hold)).toBe(5);
    expect(await journal.spend('2026-11-01')).toEqual([]);
    expect(await journal.stats()).toEqual(stats);
    expect(await journal.prune({ maxAgeMs: 3 })).toEqual({ entries: 1, bytes: 2 });
    expect(said.slice(1)).toEqual([
      ['hold', hold],
      ['spent', '2026-11-01'],
      ['stats'],
      ['prune', { maxAgeMs: 3 }, Date.now()],
    ]);
  });

  it('writes what it has counted before it tells, clears or closes', async () => {
    const record = await encodeRecord(key, entry, keyring);
    for (const act of ['stats', 'clear', 'close'] as const) {
      const { store, said } = storeOf({ claim: async () => ({ record }) });
      const { journal } = journalOn(store);
      await journal.once(key, {}, async () => ({ value: 'asked' }));
      await journal[act]();
      expect(said.map(([name]) => name)).toEqual(['prune', 'reuses', act]);
    }
  });

  it('takes no key that is none', async () => {
    const { journal } = journalOn(storeOf().store);
    for (const bad of ['', 'abc', key.slice(1), `${key}0`, key.toUpperCase(), `${key.slice(1)}g`, `\n${key}`]) {
      for (const used of [
        () => journal.get(bad),
        () => journal.put(bad, entry),
        () => journal.once(bad, {}, async () => ({ value: 'asked' })),
      ])
        await expect(used()).rejects.toMatchObject({
          name: 'InputError',
          message: `Expected a journal key to be 64 hexadecimal digits, got ${JSON.stringify(bad)}.`,
        });
    }
  });
});

describe('a journal that is closed', () => {
  it('closes its store once, after its upkeep, and renews no lease', async () => {
    let finish = () => {};
    const prune = () =>
      new Promise<{ entries: number; bytes: number }>((resolve) => {
        finish = () => resolve({ entries: 0, bytes: 0 });
      });
    const { store, said } = storeOf({ prune });
    const { journal } = journalOn(store);
    journal.once(key, {}, () => new Promise<never>(() => {})).catch(() => {});
    await vi.advanceTimersByTimeAsync(leaseMs / 5);
    expect(said.map(([name]) => name)).toEqual(['claim', 'renew']);
    const closing = journal.close();
    expect(journal.close()).toBe(closing);
    await vi.advanceTimersByTimeAsync(10 * leaseMs);
    expect(said).toHaveLength(2);
    finish();
    await closing;
    expect(said.map(([name]) => name)).toEqual(['claim', 'renew', 'close']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says so, whatever it is asked, and touches the store no more', async () => {
    const { store, said } = storeOf();
    const { journal } = journalOn(store);
    await journal.close();
    const before = said.length;
    const hold = { holder: 'here' } as Parameters<JournalStore['holdSpend']>[0];
    for (const used of [
      () => journal.get(key),
      () => journal.put(key, entry),
      () => journal.once(key, {}, async () => ({ value: 'asked' })),
      () => journal.abandon('worker-1'),
      () => journal.recordSpend([]),
      () => journal.holdSpend(hold),
      () => journal.spend('2026-11-01'),
      () => journal.stats(),
      () => journal.prune({}),
      () => journal.clear(),
    ])
      await expect(used()).rejects.toMatchObject({ name: 'FanfoldError', type: 'JournalClosed' });
    expect(said).toHaveLength(before);
  });
});
