import { expect, it } from 'vitest';

import { Limiter } from '../../../src/model/limiter/index.js';
import type { CallOutcome } from '../../../src/model/limiter/index.js';
import type { Change } from '../../../src/contract/limiter.js';
import { Crowd } from './crowd.js';
import { VirtualClock } from './virtual-clock.js';

function answer(outputTokens = 100): CallOutcome {
  return { is: 'answered', usage: { inputTokens: 10, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 } };
}

function open(ceiling = 100) {
  const clock = new VirtualClock();
  const changes: Change[] = [];
  const onChange = (change: Change) => void changes.push(change);
  const limiter = new Limiter('sonnet', { ceiling, clock, random: () => 0.5, onChange });
  return { clock, limiter, crowd: new Crowd(limiter, clock), changes };
}

it('starts with four calls and doubles each second, though none has been answered yet', async () => {
  const { clock, limiter, crowd } = open();
  for (let caller = 0; caller < 200; caller += 1) crowd.ask();
  await clock.pass(0);
  expect(crowd.inFlight).toBe(4);
  await clock.pass(1_000);
  expect(crowd.inFlight).toBeGreaterThanOrEqual(7);
  expect(crowd.inFlight).toBeLessThanOrEqual(8);
  await clock.pass(4_500);
  expect(limiter.snapshot()).toMatchObject({ cap: 100, inFlight: 100 });
});

it('takes a head start out of the time it would have grown in', async () => {
  const clock = new VirtualClock();
  const crowd = new Crowd(new Limiter('sonnet', { ceiling: 100, firstCap: 16, clock, random: () => 0.5 }), clock);
  for (let caller = 0; caller < 200; caller += 1) crowd.ask();
  await clock.pass(1_900);
  expect(crowd.inFlight).toBe(16);
  await clock.pass(1_100);
  expect(crowd.inFlight).toBeGreaterThanOrEqual(28);
  expect(crowd.inFlight).toBeLessThanOrEqual(33);
});

it('makes room for one more with each answer, until the first refusal', async () => {
  const { clock, limiter, crowd } = open();
  for (let caller = 0; caller < 200; caller += 1) crowd.ask();
  await clock.pass(0);
  for (let round = 0; round < 4; round += 1) {
    const before = crowd.inFlight;
    for (let ended = 0; ended < before; ended += 1) crowd.end(0, answer());
    await clock.pass(0);
    expect(crowd.inFlight).toBe(2 * before);
  }
  crowd.end(0, { is: 'throttled', kind: 'rate', retryAfterMs: undefined });
  const { cap } = limiter.snapshot();
  for (let ended = 0; ended < 10; ended += 1) crowd.end(0, answer());
  expect(limiter.snapshot().cap).toBeLessThanOrEqual(cap);
});

it('doubles four times a second once headers have shown room', async () => {
  const { clock, crowd } = open(1_000);
  for (let caller = 0; caller < 2_000; caller += 1) crowd.ask();
  await clock.pass(0);
  const headers = new Headers({
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:01:00Z',
  });
  crowd.end(0, { ...answer(), headers } as CallOutcome);
  await clock.pass(1_000);
  expect(crowd.inFlight).toBeGreaterThan(64);
  expect(crowd.inFlight).toBeLessThan(100);
});

it('begins with what a model class has taken before', async () => {
  const clock = new VirtualClock();
  const remembered = (modelClass: string) => (modelClass === 'sonnet' ? 33 : undefined);
  const settings = { ceiling: 100, firstCap: 20, remembered, clock, random: () => 0.5 };
  expect(new Limiter('sonnet', settings).snapshot()).toMatchObject({ cap: 33, learned: 33 });
  expect(new Limiter('opus', settings).snapshot()).toMatchObject({ cap: 20 });
});

it('finds a small limit by the last refusal of a burst, and does not halve below it', async () => {
  const clock = new VirtualClock();
  const limiter = new Limiter('sonnet', { ceiling: 100, firstCap: 20, clock, random: () => 0.5 });
  const crowd = new Crowd(limiter, clock);
  for (let caller = 0; caller < 200; caller += 1) crowd.ask();
  await clock.pass(0);
  // The API takes 8 of the 20.
  for (let refused = 0; refused < 12; refused += 1)
    crowd.end(19 - refused, { is: 'throttled', kind: 'rate', retryAfterMs: undefined });
  expect(limiter.snapshot()).toMatchObject({ learned: 8, cap: 6, gate: { is: 'open' } });
  await clock.pass(1_000);
  expect(limiter.snapshot().cap).toBe(8);
  expect(crowd.inFlight).toBe(8);
});

it('spreads the growth, so that a refusal meets few calls', async () => {
  const { clock, crowd } = open();
  for (let caller = 0; caller < 200; caller += 1) crowd.ask();
  await clock.pass(2_000);
  for (let before = crowd.inFlight; crowd.inFlight < 90; before = crowd.inFlight) {
    await clock.pass(10);
    expect(crowd.inFlight - before).toBeLessThanOrEqual(2);
  }
});

it('does not grow while it is not used', async () => {
  const { clock, limiter, crowd } = open();
  for (let round = 0; round < 50; round += 1) {
    for (let caller = 0; caller < 4; caller += 1) crowd.ask();
    await clock.pass(1_000);
    while (crowd.inFlight > 0) crowd.end(0, answer());
    await clock.pass(100);
  }
  expect(limiter.snapshot().cap).toBeLessThanOrEqual(7);
});

it('stays below its ceiling even where the ceiling is one', async () => {
  const { clock, limiter, crowd } = open(1);
  for (let caller = 0; caller < 5; caller += 1) crowd.ask();
  await clock.pass(60_000);
  expect(limiter.snapshot()).toMatchObject({ ceiling: 1, cap: 1, inFlight: 1, waiting: 4 });
});

it('slows down when answers take longer than they used to, output for output', async () => {
  const { clock, crowd, changes } = open();
  const slower = { what: 'cap', reason: 'answers take longer than usual' };
  const turn = async (seconds: number, outputTokens: number) => {
    for (let caller = 0; caller < 4; caller += 1) crowd.ask();
    await clock.pass(seconds * 1_000);
    while (crowd.inFlight > 0) crowd.end(0, answer(outputTokens));
  };
  for (let round = 0; round < 20; round += 1) await turn(1, 100);
  for (let round = 0; round < 4; round += 1) await turn(10, 1_450);
  expect(changes).not.toContainEqual(expect.objectContaining(slower));
  for (let round = 0; round < 4; round += 1) await turn(10, 100);
  expect(changes).toContainEqual(expect.objectContaining(slower));
});
