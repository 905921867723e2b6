import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { Hedges } from '../../src/model/call/hedge.js';
import { Limiters, systemClock } from '../../src/model/limiter/index.js';
import type { CallRecord } from '@fanfold/offline-model';
import { openDesk } from './asking.js';

let runs = 0;

/** Twenty branches of which the eleventh is answered slowly, the first time it is asked. */
async function fanOut(settings: Parameters<typeof openDesk>[1] = {}, part: object = {}) {
  const asked = new Map<string, number>();
  const latencyMs = ({ prompt }: CallRecord) => {
    const time = (asked.get(prompt) ?? 0) + 1;
    asked.set(prompt, time);
    return prompt.includes('slow') && time === 1 ? 20_000 : 60;
  };
  const { model, ask } = await openDesk({ latencyMs }, settings);
  runs += 1;
  const hedge = { run: `run ${runs}` };
  const askings = Array.from({ length: 20 }, (_, index) =>
    ask({ hedge, ...part, request: { prompt: index === 10 ? 'A slow question?' : `Question ${index}?` } }),
  );
  return { model, asked, askings };
}

/**
 * Waits for the slow branch to be asked and for those that are named to be answered, then three times as long again: a second call would have
 * begun. Then it ends all.
 */
async function waitOut({ model, askings }: Awaited<ReturnType<typeof fanOut>>, answered: number[]): Promise<void> {
  const startedAt = performance.now();
  const settled = Promise.allSettled(askings.map(({ answer }) => answer));
  await model.until(() => model.count('slow') > 0);
  await Promise.all(askings.filter((_, index) => answered.includes(index)).map(({ answer }) => answer));
  await sleep((performance.now() - startedAt) * 3);
  for (const { cancel } of askings) cancel();
  await settled;
}

const quick = Array.from({ length: 20 }, (_, index) => index).filter((index) => index !== 10);

describe('hedging', () => {
  it('races a call that is much slower than its siblings, takes the first answer and cuts the other', async () => {
    const { model, askings } = await fanOut();
    const answers = await Promise.all(askings.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'ok'));
    expect(answers[10]?.ledger).toMatchObject({ attempts: 1, hedges: 1 });
    await model.idle();
    expect(model.count('slow')).toBe(2);
    expect(model.calls.filter(({ aborted }) => aborted)).toHaveLength(1);
    expect(model.total).toBeLessThanOrEqual(22);
  });

  it('asks nobody twice where it is not wanted', async () => {
    const fan = await fanOut({}, { hedge: undefined });
    await waitOut(fan, quick);
    expect(fan.model.total).toBe(20);
  });

  it('waits where the limiter is full: the second call would take the place of a first', async () => {
    const limiters = new Limiters({ ceiling: 1, clock: systemClock, random: Math.random });
    const fan = await fanOut({ limiters });
    await waitOut(fan, []);
    expect(fan.model.count('slow')).toBe(1);
  });

  it('stays within what has been set aside for the branch', async () => {
    const fan = await fanOut({}, { reserve: { usd: 0.02, questionUsd: 0.011 } });
    await waitOut(fan, quick);
    expect(fan.model.count('slow')).toBe(1);
  });
});

describe('the share of second calls', () => {
  it('is a tenth of the first ones, and one where there are few', () => {
    const hedges = new Hedges();
    for (let call = 0; call < 40; call += 1) hedges.began('run');
    expect(Array.from({ length: 6 }, () => hedges.take('run'))).toEqual([true, true, true, true, false, false]);
    hedges.began('small');
    expect([hedges.take('small'), hedges.take('small')]).toEqual([true, false]);
  });

  it('begins when enough siblings have been answered, and follows what they take', () => {
    const hedges = new Hedges();
    for (const ms of [100, 110, 120, 130]) hedges.answered('run', ms);
    expect(hedges.slowAfterMs('run')).toBeUndefined();
    hedges.answered('run', 140);
    expect(hedges.slowAfterMs('run')).toBe(195);
  });
});
