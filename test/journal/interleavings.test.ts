import { setImmediate as breathe } from 'node:timers/promises';

import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Entry, Once } from '../../src/journal/index.js';
import { claimInSteps } from '../../src/journal/claim-in-steps.js';
import type { Claim, ForeignLease, Lease } from '../../src/journal/journal-store.js';
import { LeaseKeeper } from '../../src/journal/lease-keeper.js';
import { SingleFlight } from '../../src/journal/single-flight.js';
import { entryOf, keyOf } from './entries.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

const key = keyOf('a');
/** Nobody dies here. */
const leaseMs = 1e9;

/** A store that takes every step when the scheduler says so. */
class ScheduledStore {
  entry: Entry | undefined;
  #lease: { holder: string; origin: string } | undefined;
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  private get record(): Uint8Array | undefined {
    return this.entry && new Uint8Array();
  }

  step<T>(name: string, work: () => T): Promise<T> {
    return this.#scheduler.schedule(Promise.resolve(), name).then(work);
  }

  #claim({ holder }: Lease): Promise<Claim> {
    return claimInSteps({
      find: () => this.step('find', () => this.record),
      take: () =>
        this.step('take', (): ForeignLease | undefined => {
          if (this.#lease !== undefined) return { origin: this.#lease.origin, sign: this.#lease.holder };
          this.#lease = { holder, origin: holder };
          return undefined;
        }),
      release: () => this.#release(holder),
    });
  }

  #release(holder: string): Promise<void> {
    return this.step('release', () => {
      if (this.#lease?.holder === holder) this.#lease = undefined;
    });
  }

  /** The single flight of one process. */
  process(): SingleFlight {
    return new SingleFlight({
      identity: '',
      keeper: new LeaseKeeper(
        {
          renewLeases: () => Promise.resolve(),
          releaseLease: ({ holder }) => this.#release(holder),
          handOnLease: () => Promise.resolve(),
        },
        leaseMs,
      ),
      leaseMs,
      claim: async (lease) => {
        const { record, foreign } = await this.#claim(lease);
        return record === undefined ? { foreign } : { entry: this.entry };
      },
      keep: (_, entry, lease) =>
        this.step('put', () => {
          this.entry = entry;
          if (this.#lease?.holder === lease?.holder) this.#lease = undefined;
          return true;
        }),
    });
  }
}

type End = 'proper' | 'none' | 'fails';

/** Has each of them ask once, two processes in turn, and tells how that went. */
async function askAll(scheduler: fc.Scheduler, ends: readonly End[]) {
  const store = new ScheduledStore(scheduler);
  const processes = [store.process(), store.process()];
  let [asks, needless] = [0, 0];
  const ask = async (end: End, index: number) => {
    asks += 1;
    if (store.entry !== undefined) needless += 1;
    await store.step('ask', () => {});
    if (end === 'fails') throw new Error('overloaded');
    return { value: `${index}`, ...(end === 'proper' && { entry: entryOf(`${index}`) }) };
  };
  let isOver = false;
  const onces = Promise.allSettled(
    ends.map((end, index) => processes[index % 2]!.once(key, {}, () => ask(end, index))),
  ).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    // What follows from a step has followed before the next.
    if (scheduler.count() > 0) await scheduler.waitOne().then(() => breathe());
    else await vi.advanceTimersByTimeAsync(1_000);
  }
  return { asks, needless, onces: await onces };
}

function reusedIn(onces: readonly PromiseSettledResult<Once<string>>[]): unknown[] {
  return onces.flatMap((once) => (once.status === 'fulfilled' && once.value.reused ? [once.value.entry.answer] : []));
}

it('asks once, whatever the order of steps, when the answer is proper (SingleFlight-1, SingleFlight-4)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 6 }), async (scheduler, askers) => {
      const { asks, onces } = await askAll(
        scheduler,
        Array.from({ length: askers }, () => 'proper' as const),
      );
      expect(asks).toBe(1);
      expect(onces.every(({ status }) => status === 'fulfilled')).toBe(true);
      expect(reusedIn(onces)).toHaveLength(askers - 1);
    }),
    { numRuns: 200 },
  );
});

it('ends for everybody, and asks no more once a proper answer is kept, whatever becomes of the others (SingleFlight-3, SingleFlight-4)', async () => {
  const end = fc.constantFrom<End>('proper', 'none', 'fails');
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(end, { minLength: 2, maxLength: 6 }), async (scheduler, ends) => {
      const { needless, onces } = await askAll(scheduler, ends);
      expect(needless).toBe(0);
      // Who failed has asked itself; who was answered from the journal has a proper answer.
      onces.forEach(({ status }, index) => status === 'rejected' && expect(ends[index]).toBe('fails'));
      for (const answer of reusedIn(onces)) expect(ends[Number(answer)]).toBe('proper');
    }),
    { numRuns: 200 },
  );
});
