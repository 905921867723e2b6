import { expect, it } from 'vitest';

import { failureOf, ledgerOf, openDesk, outputOf } from '../../activities/asking.js';

const outputSchema = {
  type: 'object',
  properties: { count: { type: 'integer', maximum: 9 } },
  required: ['count'],
  additionalProperties: false,
};
const wrong = { kind: 'answer-json', value: { count: 12 } } as const;
const right = { kind: 'answer-json', value: { count: 3 } } as const;

it('asks once more with what was wrong, and takes the second answer', async () => {
  const { model, ask } = await openDesk({ script: [{ fault: wrong, times: 1 }, { fault: right }] });
  const asking = ask({ request: { outputSchema } });
  expect(await outputOf(asking)).toEqual({ count: 3 });
  const { status, ledger } = await asking.answer;
  expect(status).toBe('ok');
  expect(ledger.attempts).toBe(1);
  expect(model.total).toBe(2);
  expect(model.calls[1]?.prompt).toContain('must be <= 9');
  const tokens = model.calls.reduce((sum, { usage }) => sum + (usage?.input_tokens ?? 0), 0);
  expect(ledger.usage.inputTokens).toBe(tokens);
});

it('asks once more only, and reports the second answer with the usage of both', async () => {
  const { model, ask } = await openDesk({ script: [{ fault: wrong }] });
  const answer = await ask({ request: { outputSchema } }).answer;
  expect(answer).toMatchObject({ status: 'invalid', error: { type: 'InvalidAnswer' } });
  expect(model.total).toBe(2);
});

it('keeps the first answer when the second call fails', async () => {
  const { ask } = await openDesk({ script: [{ fault: wrong, times: 1 }, { fault: { kind: 'status', status: 500 } }] });
  expect(await ask({ request: { outputSchema } }).answer).toMatchObject({
    status: 'invalid',
    output: { inline: { count: 12 } },
  });
});

it('does not ask again after an answer that was cut, or for one that needs no format', async () => {
  const cut = { kind: 'answer', text: '{"count": 1', stopReason: 'max_tokens' } as const;
  const { model, ask } = await openDesk({ script: [{ fault: cut }] });
  expect(await ask({ request: { outputSchema } }).answer).toMatchObject({ status: 'truncated' });
  expect(await ask().answer).toMatchObject({ status: 'truncated' });
  expect(model.total).toBe(2);
});

it('does not begin a question that what was set aside for the branch might not pay for', async () => {
  const { model, ask } = await openDesk();
  const failure = await failureOf(ask({ reserve: { usd: 0.01, questionUsd: 0.011 } }));
  expect(failure).toMatchObject({ type: 'ReserveUsedUp', nonRetryable: true });
  expect(ledgerOf(failure).attempts).toBe(0);
  expect(model.total).toBe(0);
});

it('counts what a worker may have paid for that died with a call out', async () => {
  const { ask } = await openDesk();
  const reserve = { usd: 1, questionUsd: 0.2 };
  const left = await ask({ reserve }).answer;
  const heartbeatDetails = { ...left.ledger, open: true, answered: false };
  const { ledger } = await ask({ reserve }, { attempt: 2, heartbeatDetails }).answer;
  expect(ledger.lostUsd).toBeCloseTo(0.2);
  expect((await ask({ reserve }, { attempt: 2 }).answer).ledger.lostUsd).toBeCloseTo(0.2);
});

it('counts as lost, where no budget holds either, what calls may have cost that nobody was told of', async () => {
  const { model, ask } = await openDesk({ script: [{ times: 1, fault: { kind: 'reset-before-headers' } }] });
  const cut = ledgerOf(await failureOf(ask()));
  // Its price: a thousand tokens at 10 US dollars a million, and some of input.
  expect(cut.lostUsd).toBeGreaterThan(0.01);
  const died = { ...cut, open: true };
  const { ledger } = await ask({}, { attempt: 2, heartbeatDetails: died }).answer;
  expect(ledger.lostUsd).toBeCloseTo(2 * cut.lostUsd, 9);
  expect(model.total).toBe(2);
});
