import { afterEach, describe, expect, it } from 'vitest';

import type { Asking } from '../../activities/ask/asking.js';
import { Attempt } from '../../activities/ask/attempt.js';
import { payOnce } from '../../activities/ask/pay-once.js';
import type { Part } from '../../activities/ask/question.js';
import type { Ledger, ModelCall } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { LayerQuestion, Payer } from '../../src/model/layer/index.js';
import { Secrets } from '../../src/secrets/index.js';

const call: ModelCall = {
  key: 'legal',
  index: 0,
  offline: false,
  timeoutMs: 30_000,
  attempts: 5,
  inlineBytes: 100_000,
  queuedAtMs: 0,
  request: { model: 'claude-sonnet-5-5', maxTokens: 1_000, system: '', prompt: 'What is owed?' },
  reserve: { usd: 0.03, questionUsd: 0.01 },
};

const begun: Attempt[] = [];
afterEach(() => {
  for (const attempt of begun.splice(0)) attempt.end();
});

/** A try after one that ended so. */
function after(ended: Partial<Ledger>): Attempt {
  const attempt = new Attempt(call, new Secrets(), {
    attempt: 2,
    lastLedger: { ...noLedger, attempts: 1, open: false, ...ended },
    cancellationSignal: new AbortController().signal,
    run: 'run',
    asker: 'run/0',
    share: { key: 'run' },
    patienceMs: undefined,
    heartbeat: () => {},
  });
  begun.push(attempt);
  return attempt;
}

describe('money that a lost call may have cost', () => {
  it('is no longer there for another question', () => {
    expect(() => after({ costUsd: 0.01, lostUsd: 0.01 }).checkReserve()).not.toThrow();
    const type = 'ReserveUsedUp';
    expect(() => after({ costUsd: 0.01, lostUsd: 0.011 }).checkReserve()).toThrow(expect.objectContaining({ type }));
  });

  it('is no longer there for a second call beside the first', () => {
    expect(after({ costUsd: 0.005, lostUsd: 0.005 }).mayPaySecond()).toBe(true);
    expect(after({ costUsd: 0.005, lostUsd: 0.006 }).mayPaySecond()).toBe(false);
  });

  it('is no longer there for the gateway, which has a question that goes on paid for all the same', () => {
    const less = after({ costUsd: 0.01, lostUsd: 0.015 });
    expect(less.purse(true)).toEqual({ leftUsd: expect.closeTo(0.005), questionUsd: 0.01 });
    expect(less.purse(false)).toEqual({ leftUsd: 0.01, questionUsd: 0.01 });
  });
});

it('counts the answer about a part once, however often a try finds it', () => {
  const usage = { ...noLedger.usage, inputTokens: 100 };
  const reading = after({ costUsd: 0.002, parts: 1, usage });
  for (const part of [1, 2, 2]) reading.foundPart(part, usage, 0.002);
  expect(reading.ledger).toMatchObject({ parts: 2, usage: { inputTokens: 200 } });
  expect(reading.ledger.costUsd).toBeCloseTo(0.004);
});

describe('of a question that is read in parts', () => {
  /** What the layer is told by whoever pays for a question about the part. */
  async function payerFor(attempt: Attempt, part: Part | undefined): Promise<Payer> {
    const told: Payer[] = [];
    const layer = {
      payOnce: async (_: LayerQuestion, payer: Payer) => {
        told.push(payer);
      },
    };
    const asking = { call, attempt, host: {}, equipment: { layer, settings: {} } };
    const body = { model: call.request.model, max_tokens: 1_000, messages: [] };
    await payOnce({ body, part }, asking as unknown as Asking);
    return told[0]!;
  }

  const first = { number: 1, isLast: false };
  const last = { number: 2, isLast: true };

  it('the first is refused where the money does not do, and no other: what is set aside is for all parts', async () => {
    const poor = after({ costUsd: 0.015, lostUsd: 0.01 });
    for (const part of [undefined, first])
      expect((await payerFor(poor, part)).checkReserve).toThrow(expect.objectContaining({ type: 'ReserveUsedUp' }));
    const second = await payerFor(poor, last);
    expect(second.checkReserve).not.toThrow();
    expect(second.purse()).toEqual({ leftUsd: 0.01, questionUsd: 0.01 });
  });

  it('only the last is the answer: a try that ends before may have paid for it', async () => {
    const reading = after({});
    (await payerFor(reading, first)).answered();
    expect(reading.ledger).toMatchObject({ parts: 1, answered: false });
    (await payerFor(reading, last)).answered();
    expect(reading.ledger.answered).toBe(true);
  });
});
