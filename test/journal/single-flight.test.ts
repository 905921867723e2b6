import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { Asked, Once } from '../../src/journal/index.js';
import { openEmbeddedStore } from '../../src/journal/embedded/embedded-store.js';
import { openPostgresStore } from '../../src/journal/postgres/postgres-store.js';
import { entryOf, keyOf } from './entries.js';
import { backends, makeSite, open } from './journals.js';
import type { Site } from './journals.js';

const key = keyOf('a');

/** Somebody who asks, whose model answers when the test says so. */
class Asker {
  asks = 0;
  answer!: (asked: Asked<string>) => void;
  fail!: (error: Error) => void;
  #asking!: () => void;
  /** Resolves when it asks. */
  readonly asking = new Promise<void>((resolve) => {
    this.#asking = resolve;
  });

  readonly ask = (): Promise<Asked<string>> => {
    this.asks += 1;
    this.#asking();
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  };
}

const proper = (answer: string): Asked<string> => ({ value: answer, entry: entryOf(answer) });

/** Long enough for those who wait to have looked several times. */
const aWhile = () => sleep(150);

function answersOf(onces: readonly Once<string>[]): unknown[] {
  return onces.map((once) => (once.reused ? once.entry.answer : once.value));
}

describe.each(backends)('asking once, %s', (backend) => {
  it('asks once for all who ask at once, in one journal and in another', async () => {
    const place = await makeSite(backend);
    const journals = [await open(place), await open(place)];
    const askers = Array.from({ length: 10 }, () => new Asker());
    const onces = Promise.all(askers.map((asker, index) => journals[index % 2]!.once(key, {}, asker.ask)));
    await Promise.race(askers.map(({ asking }) => asking));
    await aWhile();
    const asking = askers.filter(({ asks }) => asks > 0);
    expect(asking).toHaveLength(1);
    asking[0]!.answer(proper('the answer'));
    const answered = await onces;
    expect(answersOf(answered)).toEqual(askers.map(() => 'the answer'));
    expect(answered.filter(({ reused }) => !reused)).toHaveLength(1);
    expect(askers.filter(({ asks }) => asks > 0)).toHaveLength(1);
  });

  it.each([
    ['fails', (asker: Asker) => asker.fail(new Error('overloaded'))],
    ['has no proper answer', (asker: Asker) => asker.answer({ value: 'truncated' })],
  ])('lets each of those who wait ask by itself, at once, when the other %s (SingleFlight-3)', async (_, end) => {
    const place = await makeSite(backend);
    const journals = [await open(place), await open(place)];
    const first = new Asker();
    const firstOnce = journals[0]!.once(key, {}, first.ask);
    await first.asking;
    const others = [new Asker(), new Asker(), new Asker()];
    const onces = others.map((asker, index) => journals[index % 2]!.once(key, {}, asker.ask));
    await aWhile();
    end(first);
    expect(await firstOnce.catch((error: Error) => error.message)).toEqual(
      expect.toSatisfy(
        (ended: unknown) => ended === 'overloaded' || (ended as { value: string }).value === 'truncated',
      ),
    );
    // None of them has answered yet.
    for (const other of others) await other.asking;
    others.forEach((other, index) => other.answer(proper(`answer ${index}`)));
    expect(answersOf(await Promise.all(onces))).toEqual(['answer 0', 'answer 1', 'answer 2']);
  });

  it('takes over from the dead, whatever their clock said, and the others wait on (SingleFlight-2, SingleFlight-3, Journal-3)', async () => {
    const place = await makeSite(backend);
    const store = await openStore(place);
    const deadLease = { key, holder: 'somebody who died' };
    expect(await store.claim(deadLease, 1e9, { notBeforeMs: 0 })).toMatchObject({ foreign: undefined });
    await store.close();

    const journals = [await open(place, { leaseMs: 400 }), await open(place, { leaseMs: 400 })];
    const askers = [new Asker(), new Asker(), new Asker(), new Asker()];
    const onces = askers.map((asker, index) => journals[index % 2]!.once(key, {}, asker.ask));
    await Promise.race(askers.map(({ asking }) => asking));
    // Longer than a lease: whoever asks renews it.
    await sleep(1_000);
    const asking = askers.filter(({ asks }) => asks > 0);
    expect(asking).toHaveLength(1);
    asking[0]!.answer(proper('the answer'));
    expect(answersOf(await Promise.all(onces))).toEqual(askers.map(() => 'the answer'));
  });

  it('leaves when it is told to, without touching the asking of others (SingleFlight-5)', async () => {
    const journal = await open(await makeSite(backend));
    const first = new Asker();
    const firstOnce = journal.once(key, {}, first.ask);
    await first.asking;
    const controller = new AbortController();
    const waiting = journal.once(key, { signal: controller.signal }, new Asker().ask);
    await aWhile();
    controller.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await expect(journal.once(key, { signal: controller.signal }, new Asker().ask)).rejects.toThrow('cancelled');
    first.answer(proper('the answer'));
    expect(await firstOnce).toEqual({ reused: false, value: 'the answer' });
  });

  it('has one of those who wait ask in the place of one that is no longer wanted, and not each (SingleFlight-5)', async () => {
    const place = await makeSite(backend);
    const journals = [await open(place), await open(place)];
    const first = new Asker();
    const controller = new AbortController();
    const { signal } = controller;
    const ask = () =>
      Promise.race([
        first.ask(),
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled')))),
      ]);
    const cancelled = journals[0]!.once(key, { signal, unwanted: signal }, ask);
    await first.asking;
    const askers = Array.from({ length: 6 }, () => new Asker());
    const onces = Promise.all(askers.map((asker, at) => journals[at % 2]!.once(key, {}, asker.ask)));
    await aWhile();
    controller.abort();
    await expect(cancelled).rejects.toThrow('cancelled');
    await Promise.race(askers.map(({ asking }) => asking));
    await aWhile();
    const asking = askers.filter(({ asks }) => asks > 0);
    expect(asking).toHaveLength(1);
    asking[0]!.answer(proper('the answer'));
    expect(answersOf(await onces)).toEqual(askers.map(() => 'the answer'));
  });

  it('keeps an answer that came although whoever asked was told to leave', async () => {
    const journal = await open(await makeSite(backend));
    const controller = new AbortController();
    const asker = new Asker();
    const once = journal.once(key, { signal: controller.signal }, asker.ask);
    await asker.asking;
    controller.abort(new Error('cancelled'));
    asker.answer(proper('paid for'));
    await once;
    expect(await journal.get(key)).toMatchObject({ answer: 'paid for' });
  });

  it('asks anew where the answer is from before, once, and finds that afterwards', async () => {
    const journal = await open(await makeSite(backend));
    await journal.put(key, entryOf('yesterday', { answeredAtMs: 1_000 }));
    const notBeforeMs = Date.now();
    const fresh = () => journal.once(key, { notBeforeMs }, () => Promise.resolve(proper('today')));
    expect(await fresh()).toEqual({ reused: false, value: 'today' });
    expect(await fresh()).toMatchObject({ reused: true, entry: { answer: 'today' } });
    expect(await journal.get(key)).toMatchObject({ answer: 'today' });
  });

  it('asks for different questions at the same time', async () => {
    const journal = await open(await makeSite(backend));
    const askers = [new Asker(), new Asker()];
    const onces = askers.map((asker, index) => journal.once(keyOf(index), {}, asker.ask));
    for (const { asking } of askers) await asking;
    askers.forEach((asker, index) => asker.answer(proper(`${index}`)));
    expect(answersOf(await Promise.all(onces))).toEqual(['0', '1']);
  });
});

function openStore({ home, url }: Site) {
  return url === undefined ? openEmbeddedStore(home, () => {}) : openPostgresStore(url);
}
