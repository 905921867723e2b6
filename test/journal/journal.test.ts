import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { entryOf, keyOf } from './entries.js';
import { backends, makeSite, open } from './journals.js';

const dayMs = 86_400_000;

describe.each(backends)('the %s journal', (backend) => {
  it('gives back what was kept, any JSON, also when it is opened again', async () => {
    const place = await makeSite(backend);
    const journal = await open(place);
    const kept = new Map<string, unknown>();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (answer) => {
        const key = keyOf(answer);
        kept.set(key, answer);
        await journal.put(key, entryOf(answer));
        expect((await journal.get(key))?.answer).toEqual(JSON.parse(JSON.stringify(answer)));
      }),
      { numRuns: 30 },
    );
    const again = await open(place);
    for (const [key, answer] of kept)
      expect((await again.get(key))?.answer).toEqual(JSON.parse(JSON.stringify(answer)));
    expect(await again.get(keyOf('never asked'))).toBeUndefined();
  });

  it('keeps an answer of 20 MB', async () => {
    const journal = await open(await makeSite(backend));
    const answer = Array.from({ length: 1_000_000 }, (_, index) => `${index} of many words`).join('\n');
    expect(answer.length).toBeGreaterThan(20_000_000);
    await journal.put(keyOf('long'), entryOf(answer));
    expect((await journal.get(keyOf('long')))?.answer === answer).toBe(true);
  });

  it('keeps the later of two answers to one question', async () => {
    const journal = await open(await makeSite(backend));
    await journal.put(keyOf('a'), entryOf('first'));
    await journal.put(keyOf('a'), entryOf('second'));
    expect(await journal.get(keyOf('a'))).toMatchObject({ answer: 'second' });
    expect(await journal.stats()).toMatchObject({ entries: 1 });
  });

  it('says what it holds and what it saved', async () => {
    const place = await makeSite(backend);
    // Answers of 1970 would be removed by the upkeep.
    const journal = await open(place, { limits: { maxAgeMs: Date.now() } });
    expect(await journal.stats()).toMatchObject({
      entries: 0,
      bytes: 0,
      oldestAtMs: null,
      newestAtMs: null,
      reuses: 0,
    });
    await journal.put(keyOf('a'), entryOf('a', { answeredAtMs: 1_000, costUsd: 0.5 }));
    await journal.put(keyOf('b'), entryOf('b', { answeredAtMs: 2_000, costUsd: null }));
    for (const question of ['a', 'a', 'b']) await journal.once(keyOf(question), {}, neverAsk);
    const stats = await journal.stats();
    expect(stats).toMatchObject({
      entries: 2,
      oldestAtMs: 1_000,
      newestAtMs: 2_000,
      reuses: 3,
      savedUsd: 1,
      setAside: [],
    });
    expect(stats.bytes).toBeGreaterThan(200);
    await journal.close();
    expect(await (await open(place, { limits: { maxAgeMs: Date.now() } })).stats()).toEqual(stats);
  });

  it('removes what is too old, used or not', async () => {
    const journal = await open(await makeSite(backend));
    const nowMs = Date.now();
    for (const days of [1, 2, 3, 4])
      await journal.put(keyOf(days), entryOf(days, { answeredAtMs: nowMs - days * dayMs }));
    await journal.once(keyOf(4), {}, neverAsk);
    expect((await journal.prune({ maxAgeMs: 2.5 * dayMs })).entries).toBe(2);
    expect(await kept(journal, [1, 2, 3, 4])).toEqual([1, 2]);
  });

  it('removes what was not used for longest, until the rest is small enough', async () => {
    const journal = await open(await makeSite(backend));
    const questions = Array.from({ length: 250 }, (_, index) => index);
    for (const question of questions) await journal.put(keyOf(question), entryOf('x'.repeat(100)));
    await later();
    for (const question of [3, 141]) await journal.once(keyOf(question), {}, neverAsk);
    // Counts the uses.
    const { bytes } = await journal.stats();
    const maxBytes = (bytes / 250) * 10.5;
    const pruned = await journal.prune({ maxBytes });
    expect(pruned.entries).toBe(240);
    expect(pruned.bytes).toBe(bytes - (await journal.stats()).bytes);
    expect(await kept(journal, questions)).toEqual([3, 141, 242, 243, 244, 245, 246, 247, 248, 249]);
    expect(await journal.prune({ maxBytes })).toEqual({ entries: 0, bytes: 0 });
  });

  it('applies its limits when it is opened', async () => {
    const place = await makeSite(backend);
    const journal = await open(place);
    await journal.put(keyOf('old'), entryOf('old', { answeredAtMs: Date.now() - 91 * dayMs }));
    await journal.put(keyOf('new'), entryOf('new', { answeredAtMs: Date.now() - 89 * dayMs }));
    await (await open(place)).close();
    expect(await kept(journal, ['old', 'new'])).toEqual(['new']);
    await (await open(place, { limits: { maxBytes: 0 } })).close();
    expect(await kept(journal, ['new'])).toEqual([]);
  });

  it('adds up what calls have cost by day, run, client and model, and keeps that when it is cleared', async () => {
    const journal = await open(await makeSite(backend));
    const row = { day: '2026-01-02', run: 'r', client: 'c', model: 'm', calls: 1, inputTokens: 10, outputTokens: 5 };
    const more = { cacheReadTokens: 1, cacheWriteTokens: 2, costUsd: 0.25, unpriced: 0, untold: 1 };
    await Promise.all([1, 2, 3].map(() => journal.recordSpend([{ ...row, ...more }])));
    await journal.recordSpend([{ ...row, ...more, day: '2026-01-01' }]);
    await journal.clear();
    const sum = {
      ...row,
      ...more,
      calls: 3,
      inputTokens: 30,
      outputTokens: 15,
      cacheReadTokens: 3,
      cacheWriteTokens: 6,
    };
    expect(await journal.spend('2026-01-02')).toEqual([{ ...sum, costUsd: 0.75, untold: 3 }]);
    expect((await journal.spend('')).map(({ day }) => day)).toEqual(['2026-01-02', '2026-01-01']);
  });

  it('counts what is marked once for each model, whoever tells it', async () => {
    const site = await makeSite(backend);
    const journal = await open(site);
    const other = await open(site);
    const row = { day: '2026-01-02', run: 'r', client: 'c', calls: 2, inputTokens: 10, outputTokens: 5 };
    const more = { cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.25, unpriced: 0, untold: 0 };
    const rows = ['m', 'n'].map((model) => ({ ...row, ...more, model }));
    const told = await Promise.all([journal, other, journal].map((each) => each.recordSpend(rows, 'batch-1')));
    expect(
      told
        .flat()
        .map(({ model }) => model)
        .toSorted(),
    ).toEqual(['m', 'n']);
    await journal.recordSpend(rows.slice(0, 1), 'batch-2');
    expect((await other.spend('')).map(({ model, calls }) => [model, calls])).toEqual([
      ['m', 4],
      ['n', 2],
    ]);
  });

  it('sets aside no more of a day than there is, whoever asks, until it is given back or its holder is dead', async () => {
    const site = await makeSite(backend);
    const journals = [await open(site), await open(site)];
    const day = '2026-01-02';
    const hold = (at: number, heldUsd: number, leastUsd: number, mostUsd = leastUsd, forMs = 60_000) =>
      journals[at]!.holdSpend({ holder: `holder-${at}`, day, heldUsd, leastUsd, mostUsd, budgetUsd: 1, forMs });
    expect(await hold(0, 0, 0.1, 0.4)).toBeCloseTo(0.4);
    expect(await hold(1, 0, 0.1, 0.9)).toBeCloseTo(0.6);
    expect(await hold(0, 0.4, 0.5)).toBeCloseTo(0.4);
    const row = { day, run: 'r', client: 'c', model: 'm', calls: 1, inputTokens: 1, outputTokens: 1 };
    await journals[0]!.recordSpend([
      { ...row, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.3, unpriced: 0, untold: 0 },
    ]);
    expect(await hold(0, 0, 0)).toBe(0);
    expect(await hold(1, 0, 0.8)).toBe(0);
    expect(await hold(1, 0, 0.7, 0.7, -1)).toBeCloseTo(0.7);
    // The holder has not renewed it.
    expect(await hold(0, 0, 0.7)).toBeCloseTo(0.7);
    const both = await Promise.all([hold(0, 0, 0.6), hold(1, 0, 0.6)]);
    expect(both[0] + both[1]).toBeLessThanOrEqual(0.7);
  });

  it('forgets everything when it is cleared, and goes on', async () => {
    const journal = await open(await makeSite(backend));
    for (let question = 0; question < 150; question += 1) await journal.put(keyOf(question), entryOf('x'.repeat(999)));
    await journal.once(keyOf(1), {}, neverAsk);
    await journal.clear();
    expect(await journal.stats()).toMatchObject({ entries: 0, bytes: 0, reuses: 0, savedUsd: 0 });
    expect(await journal.get(keyOf(1))).toBeUndefined();
    await journal.put(keyOf(1), entryOf('again'));
    expect(await journal.get(keyOf(1))).toMatchObject({ answer: 'again' });
  });

  it('says that it is closed, and what a key is', async () => {
    const journal = await open(await makeSite(backend));
    await expect(journal.get('a')).rejects.toThrow('Expected a journal key to be 64 hexadecimal digits, got "a".');
    await journal.close();
    await journal.close();
    const closed = { type: 'JournalClosed' };
    await expect(journal.get(keyOf('a'))).rejects.toMatchObject(closed);
    await expect(journal.put(keyOf('a'), entryOf('a'))).rejects.toMatchObject(closed);
    await expect(journal.once(keyOf('a'), {}, neverAsk)).rejects.toMatchObject(closed);
    await expect(journal.stats()).rejects.toMatchObject(closed);
  });
});

async function kept<Question>(journal: Awaited<ReturnType<typeof open>>, questions: Question[]): Promise<Question[]> {
  const found = await Promise.all(questions.map((question) => journal.get(keyOf(question))));
  return questions.filter((_, index) => found[index] !== undefined);
}

function neverAsk(): never {
  throw new Error('asked although the answer was there');
}

/** Use is told apart by the millisecond. */
function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
