import { describe, expect, it } from 'vitest';

import type { JournalStore, Lease } from '../../src/journal/journal-store.js';
import { StoredJournal } from '../../src/journal/stored-journal.js';
import { entryOf, keyOf } from './entries.js';

const key = keyOf('damaged');

/** A store in memory of one record, which nobody can read. */
class DamagedStore {
  record: Uint8Array | undefined = Buffer.from('This is no record.');
  answeredAtMs = 5;
  holder: string | undefined;

  journal(warnings: string[] = []): StoredJournal {
    const store = {
      read: async () => this.record,
      write: async ({ bytes, answeredAtMs }, lease) => {
        [this.record, this.answeredAtMs] = [bytes, answeredAtMs];
        if (this.holder === lease?.holder) this.holder = undefined;
      },
      claim: async (lease, _, { notBeforeMs }) => {
        if (this.record !== undefined && this.answeredAtMs >= notBeforeMs) return { record: this.record };
        if (this.holder !== undefined && this.holder !== lease.holder)
          return { foreign: { origin: this.holder, sign: this.holder } };
        this.holder = lease.holder;
        return {};
      },
      renewLeases: async () => {},
      releaseLease: async ({ holder }: Lease) => {
        if (this.holder === holder) this.holder = undefined;
      },
      recordReuses: async () => {},
      prune: async () => ({ entries: 0, bytes: 0 }),
      close: async () => {},
    } satisfies Partial<JournalStore>;
    return new StoredJournal(store as unknown as JournalStore, {
      keyring: undefined,
      limits: {},
      leaseMs: 10_000,
      onWarning: (message) => warnings.push(message),
    });
  }
}

describe('a record that cannot be read', () => {
  it('is asked for again by one of those who want it, under its lease; the others get that answer', async () => {
    const store = new DamagedStore();
    const warnings: string[] = [];
    const [one, other] = [store.journal(warnings), store.journal(warnings)];
    let asks = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const ask = async () => {
      asks += 1;
      await gate;
      return { value: 'anew', entry: entryOf('anew', { answeredAtMs: 7 }) };
    };
    const first = one.once(key, {}, ask);
    while (asks === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(store.holder).toBeDefined();
    const second = other.once(key, {}, ask);
    while (warnings.length < 2) await new Promise((resolve) => setImmediate(resolve));
    release();
    expect(await first).toEqual({ reused: false, value: 'anew' });
    expect(await second).toMatchObject({ reused: true, entry: { answer: 'anew' } });
    expect([asks, store.holder]).toEqual([1, undefined]);
    expect(warnings[0]).toContain('the question is asked again');
    await Promise.all([one.close(), other.close()]);
  });
});
