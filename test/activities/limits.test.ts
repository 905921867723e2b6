import { setTimeout as sleep } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { Limiters, systemClock } from '../../src/model/limiter/index.js';
import { failureOf, ledgerOf, openDesk } from './asking.js';

function limiters(ceiling: number): Limiters {
  return new Limiters({ ceiling, clock: systemClock, random: Math.random });
}

// That its deadline leaves the wait out is told by ledger.test.ts.
it('lets no more calls leave than the limiter allows, and counts the wait as nobody’s time', async () => {
  const limits = limiters(2);
  const { model, ask } = await openDesk({}, { limiters: limits });
  const gate = model.hold();
  const askings = Array.from({ length: 4 }, () => ask());
  while (limits.of('claude-sonnet-5-5').snapshot().waiting < 2) await sleep(10);
  await model.received(2);
  gate.release();
  const answers = await Promise.all(askings.map(({ answer }) => answer));
  expect(answers.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(model.peak).toBe(2);
  const [first = 0, , third = 0] = answers.map(({ ledger }) => ledger.throttledMs);
  expect(first).toBeLessThan(third);
});

it('closes the gate for everybody after one 429, and uses up no attempt', async () => {
  const limits = limiters(10);
  const { model, ask } = await openDesk(
    { script: [{ fault: { kind: 'rate-limit', retryAfter: 60 }, times: 1 }] },
    { limiters: limits },
  );
  const first = await failureOf(ask());
  expect(first).toMatchObject({ type: 'RateLimited', nonRetryable: false });
  expect(ledgerOf(first)).toMatchObject({ attempts: 0, throttled: 1 });
  const second = await failureOf(ask());
  expect(second).toMatchObject({ type: 'RateLimited', nonRetryable: false });
  expect(ledgerOf(second)).toMatchObject({ attempts: 0, throttled: 1 });
  expect(model.total).toBe(1);
  expect(limits.of('claude-sonnet-5-5').snapshot()).toMatchObject({ throttled: 1, gate: { is: 'closed' } });
});

it('tells every branch at once of a spend limit', async () => {
  const { model, ask } = await openDesk({ script: [{ fault: { kind: 'spend-limit' } }] }, { limiters: limiters(10) });
  expect(await failureOf(ask())).toMatchObject({ type: 'SpendLimitReached', nonRetryable: true });
  expect(await failureOf(ask())).toMatchObject({ type: 'SpendLimitReached', nonRetryable: true });
  expect(model.total).toBe(1);
});

it('has nothing in flight and nobody waiting when a waiting branch is cancelled', async () => {
  const limits = limiters(1);
  const { model, ask } = await openDesk({}, { limiters: limits });
  const gate = model.hold();
  const first = ask();
  await model.received(1);
  const second = ask();
  while (limits.of('claude-sonnet-5-5').snapshot().waiting === 0) await sleep(5);
  second.cancel();
  await expect(second.answer).rejects.toThrow();
  gate.release();
  expect(await first.answer).toMatchObject({ status: 'ok' });
  expect(limits.of('claude-sonnet-5-5').snapshot()).toMatchObject({ inFlight: 0, waiting: 0, sent: 1 });
});

it('gives its turn back where the API’s address is none', async () => {
  const limits = limiters(2);
  const api = { apiKey: 'any', baseURL: 'no address' };
  const { ask } = await openDesk({}, { limiters: limits, api });
  expect((await failureOf(ask())).message).toMatch(/URL/);
  expect(limits.of('claude-sonnet-5-5').snapshot()).toMatchObject({ inFlight: 0, sent: 1 });
});
