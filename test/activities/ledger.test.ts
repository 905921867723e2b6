import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  beginTry,
  deadlineMs,
  handOn,
  lose,
  mayHavePaid,
  recover,
  takeBack,
  untold,
} from '../../activities/ask/ledger.js';
import { createUntold } from '../../activities/untold.js';
import { noLaneAnswered } from '../../src/contract/outcome.js';
import { noLedger } from '../../src/contract/outcome.js';

const now = 1_000_000;

describe('the ledger', () => {
  it('agrees with Temporal on how many tries there were, whichever were throttled, were handed on or left nothing behind', () => {
    const tries = fc.array(fc.constantFrom('failed', 'throttled', 'handed on', 'failed without a trace'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(tries, (ends) => {
        let left: unknown;
        for (const [index, end] of ends.entries()) {
          const ledger = beginTry(left, index + 1, now);
          if (end === 'failed') left = ledger;
          if (end === 'throttled') left = takeBack(ledger, now);
          if (end === 'handed on') left = handOn(ledger);
        }
        const { attempts, throttled, handedOn = 0 } = beginTry(left, ends.length + 1, now);
        expect(throttled).toBe(ends.filter((end) => end === 'throttled').length);
        expect(handedOn).toBe(ends.filter((end) => end === 'handed on').length);
        expect(attempts + throttled + handedOn).toBe(ends.length + 1);
      }),
    );
  });

  it('keeps the start of the first try', () => {
    const first = beginTry(undefined, 1, now);
    expect(first.startedAtMs).toBe(now);
    expect(beginTry(first, 2, now + 5).startedAtMs).toBe(now);
  });

  it('adds up pauses, and never a negative one', () => {
    const paused = takeBack(beginTry(undefined, 1, now), now);
    expect(beginTry(paused, 2, now + 700)).toMatchObject({ throttledMs: 700, throttledAtMs: null });
    expect(beginTry(paused, 2, now - 700)).toMatchObject({ throttledMs: 0, throttledAtMs: null });
  });
});

describe('what may be lost', () => {
  const { usage } = noLedger;
  const lostUsd = 0.03;

  it('is the most that a call may cost, less what the API has told of it', () => {
    const lost = (toldUsd: number | null) => lose({ ...noLedger, lostUsd }, toldUsd, 0.01).lostUsd;
    expect(lost(0)).toBeCloseTo(0.04);
    expect(lost(null)).toBeCloseTo(0.04);
    expect(lost(0.004)).toBeCloseTo(0.036);
    expect(lost(0.02)).toBeCloseTo(0.03);
  });

  it('is lost no longer where the answer is found, which is on the bill from then on', () => {
    expect(recover({ ...noLedger, lostUsd }, usage, 0.004, 0.01)).toMatchObject({
      lostUsd: expect.closeTo(0.02),
      costUsd: 0.004,
      answered: true,
    });
    expect(recover({ ...noLedger, lostUsd: 0.004 }, usage, 0.004, 0.01).lostUsd).toBe(0);
  });

  it('is that of a try which ended without a word, and not of one that told its end or its answer', () => {
    expect(mayHavePaid(undefined, 1)).toBe(false);
    expect(mayHavePaid(undefined, 2)).toBe(true);
    expect(mayHavePaid({ ...noLedger, attempts: 1, open: true }, 2)).toBe(true);
    expect(mayHavePaid({ ...noLedger, attempts: 1, open: false }, 2)).toBe(false);
    expect(mayHavePaid({ ...noLedger, attempts: 1, open: true, answered: true }, 2)).toBe(false);
  });

  it('is that of a try whose first word was lost with its worker and the server: the ledger there is of one before', () => {
    const first = { ...noLedger, attempts: 1, open: false };
    expect(mayHavePaid(first, 2)).toBe(false);
    expect(mayHavePaid(first, 3)).toBe(true);
    expect(mayHavePaid({ ...first, throttled: 1 }, 3)).toBe(false);
    expect(mayHavePaid({ ...first, attempts: 3 }, 2, { ...noLedger, attempts: 2 })).toBe(false);
    expect(mayHavePaid({ ...first, attempts: 3 }, 3, { ...noLedger, attempts: 2 })).toBe(true);
  });
});

describe('the deadline', () => {
  const ledger = { ...noLedger, startedAtMs: now, throttledMs: 300 };

  it('is the timeout after the first start, pauses left out', () => {
    expect(deadlineMs(ledger, 1_000, now + 500)).toBe(now + 1_300);
  });

  it('is never further away than the timeout, whatever the clock does', () => {
    expect(deadlineMs(ledger, 1_000, now - 3_600_000)).toBe(now - 3_600_000 + 1_000);
  });
});

describe('a branch that is cut and whose last try told nothing of its end', () => {
  const spent = { ...noLedger, attempts: 1, costUsd: 0.25, lostUsd: 0.03 };
  const told = (left: unknown, attempt = 2, earlier = noLedger) => {
    const { attempts, costUsd, lostUsd, open } = untold(left, attempt, 0.01, earlier);
    return [attempts, costUsd, Number(lostUsd.toFixed(4)), open];
  };

  it('has spent what its ledger says, and at most a call more where that try was open', () => {
    expect(told({ ...spent, open: false })).toEqual([1, 0.25, 0.03, false]);
    expect(told({ ...spent, open: true })).toEqual([1, 0.25, 0.04, false]);
    expect(told({ ...spent, open: true, answered: true })).toEqual([1, 0.25, 0.03, false]);
    // A call and the second one that raced it.
    expect(told({ ...spent, open: true, hedges: 1 })).toEqual([1, 0.25, 0.05, false]);
    // Its worker was killed before its first word.
    expect(told(undefined)).toEqual([1, 0, 0.01, false]);
    expect(told(undefined, 3, spent)).toEqual([3, 0.25, 0.04, false]);
    expect(told(undefined, 1)).toEqual([0, 0, 0, false]);
  });

  it('is reported of lanes that are gone, with what it may have cost at most', async () => {
    const template = { model: 'claude-sonnet-5-5', maxTokens: 1_000, system: '', prompt: 'Say it in a word.' };
    const items = ['a', 'b', 'c', 'd'].map((key) => ({ key, document: { inline: 'A text.' } }));
    const texts = new Map([['chunk', JSON.stringify(items)]]);
    const store = {
      putText: async (text: string) => (texts.set('report', text), { sha256: 'report', bytes: text.length }),
      readText: async ({ sha256 }: { sha256: string }) => texts.get(sha256)!,
      readBytes: () => Promise.reject(new Error('There are none.')),
    };
    const { rest } = await createUntold({ store, offlineModelUrl: async () => '' }).untoldInLanes({
      template,
      offline: false,
      queuedAtMs: now,
      chunks: [
        {
          chunk: { sha256: 'chunk', bytes: 1, count: 4 },
          firstIndex: 10,
          begun: [
            [13, { ...spent, open: true }],
            [10, null],
            [12, { ...spent, open: false }],
          ],
        },
      ],
      status: 'late',
      error: { type: 'Late', message: 'Not there.' },
      poisoned: [10],
    });
    const outcomes = JSON.parse(texts.get('report')!) as { key: string; status: string; lostUsd: number }[];
    const boundUsd = outcomes[0]!.lostUsd;
    expect(boundUsd).toBeGreaterThan(0.005);
    expect(outcomes).toMatchObject([
      { key: 'a', index: 10, status: 'failed', attempts: 1, error: { message: noLaneAnswered } },
      { key: 'c', index: 12, status: 'late', costUsd: 0.25, lostUsd: 0.03, error: { type: 'Late' } },
      { key: 'd', index: 13, status: 'late', costUsd: 0.25, lostUsd: expect.closeTo(0.03 + boundUsd, 9) },
    ]);
    expect(rest?.indices).toEqual([
      [10, 10],
      [12, 13],
    ]);
    expect(rest?.tally).toMatchObject({ ended: 3, costUsd: 0.5, byStatus: { failed: 1, late: 2 } });
  });
});
