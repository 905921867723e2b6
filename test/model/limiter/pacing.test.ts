import { describe, expect, it } from 'vitest';

import type { BucketName } from '../../../src/contract/limiter.js';
import { Pacing } from '../../../src/model/limiter/pacing.js';

describe('all limits together', () => {
  const headersOf = (all: { [name in BucketName]?: [limit: number, remaining: number] }) => ({
    get: (header: string) => {
      const [, name, field] = /^anthropic-ratelimit-(.*)-(limit|remaining)$/.exec(header) ?? [];
      const found = all[name as BucketName];
      return found === undefined ? null : String(found[field === 'limit' ? 0 : 1]);
    },
  });
  const none = new Map();
  const usual = { input: 1_000, output: 100 };
  const remaining = (pacing: Pacing, nowMs = 0) =>
    Object.fromEntries(pacing.snapshot(nowMs).map((each) => [each.name, each.remaining]));

  it('are none before the first headers: nothing is paced', () => {
    const pacing = new Pacing(() => 0.5);
    expect([pacing.msUntil(usual, usual, 0), pacing.room(usual, 0, 0), pacing.hasRoom(usual, 0)]).toEqual([
      0,
      Infinity,
      false,
    ]);
    expect([...pacing.take(usual, 0)]).toEqual([]);
    expect(pacing.snapshot(0)).toEqual([]);
  });

  it('are each charged what is theirs, and given back what a call did not take', () => {
    const pacing = new Pacing(() => 0.5);
    const all = { requests: [600, 600], tokens: [60_000, 60_000], 'input-tokens': [50_000, 50_000] } as const;
    const headers = headersOf({ ...all, 'output-tokens': [9_999, 9_999] } as never);
    expect(pacing.read(headers, none, 0, 0)).toEqual(['requests', 'tokens', 'input-tokens', 'output-tokens']);
    expect(pacing.read(headers, none, 0, 0)).toEqual([]);
    expect(pacing.read(headersOf({ requests: [700, 700] }), none, 0, 0)).toEqual(['requests']);
    const charges = pacing.take(usual, 0);
    const charged = { requests: 698, tokens: 58_900, 'input-tokens': 49_000, 'output-tokens': 9_899 };
    expect(remaining(pacing)).toEqual(charged);
    pacing.settle(charges, { input: 600, output: 300 }, 0);
    const settled = { requests: 698, tokens: 59_100, 'input-tokens': 49_400, 'output-tokens': 9_699 };
    expect(remaining(pacing)).toEqual(settled);
    pacing.settle(pacing.take(usual, 0), undefined, 0);
    expect(remaining(pacing), 'what was refused took nothing').toEqual(settled);
    expect(pacing.snapshot(0)[0]).toEqual({
      name: 'requests',
      limit: 700,
      remaining: 698,
      refillsAtMs: expect.closeTo(128.57, 1),
    });
  });

  it('let a call leave when the last of them does, and as many as the tightest', () => {
    const pacing = new Pacing(() => 0.5);
    pacing.read(headersOf({ requests: [600, 600], 'input-tokens': [60_000, 0] }), none, 0, 0);
    expect(pacing.msUntil({ input: 1, output: 1 }, usual, 0)).toBeCloseTo(1);
    expect(pacing.hasRoom({ input: 1, output: 1 }, 0)).toBe(false);
    const wide = new Pacing(() => 0.5);
    wide.read(headersOf({ requests: [600, 600], 'input-tokens': [60_000, 60_000] }), none, 0, 0);
    expect(wide.room(usual, 0, 0)).toBe(44);
    expect(wide.room({ input: 1, output: 1 }, 0, 0)).toBe(560);
    expect(wide.hasRoom(usual, 0)).toBe(true);
  });

  it('leave a gap between calls that is half to one and a half of the pace', () => {
    const gap = (random: number) => {
      const pacing = new Pacing(() => random);
      for (const left of [600, 21]) pacing.read(headersOf({ requests: [600, left] }), none, 0, 0);
      pacing.take(usual, 0);
      return pacing.msUntil(usual, usual, 0);
    };
    const [least, middle, most] = [gap(0), gap(0.5), gap(1)] as [number, number, number];
    expect(least / middle).toBeCloseTo(0.5);
    expect(most / middle).toBeCloseTo(1.5);
  });

  it('read an answer as old as its call: what left since may not be in it, what left before is', () => {
    const pacing = new Pacing(() => 0.5);
    const read = (left: number, charges = none as ReturnType<Pacing['take']>) =>
      pacing.read(headersOf({ requests: [600, left] }), charges, 0, 0);
    read(600);
    pacing.take(usual, 0);
    const charges = pacing.take(usual, 0);
    for (let since = 0; since < 50; since += 1) pacing.take(usual, 0);
    expect(remaining(pacing)).toEqual({ requests: 548 });
    read(598, charges);
    expect(remaining(pacing), 'of 598 the 50 since').toEqual({ requests: 548 });
    read(597, charges);
    expect(remaining(pacing)).toEqual({ requests: 548 });
    read(540, charges);
    expect(remaining(pacing)).toEqual({ requests: 540 });
    read(600, charges);
    expect(remaining(pacing), 'there cannot be less').toEqual({ requests: 549 });
    // A call that left before there was such a limit says how things stand.
    read(400);
    expect(remaining(pacing)).toEqual({ requests: 400 });
  });

  it('have more back the longer an answer took', () => {
    const from = 1_000_000;
    const pacing = new Pacing(() => 0.5);
    pacing.read(headersOf({ requests: [600, 600] }), none, from, from);
    const charges = pacing.take(usual, from);
    for (let since = 0; since < 50; since += 1) pacing.take(usual, from);
    pacing.read(headersOf({ requests: [600, 599] }), charges, from, from + 1_000);
    expect(remaining(pacing, from + 1_000)).toEqual({ requests: 559 });
    pacing.read(headersOf({ requests: [600, 599] }), charges, from + 1_000, from + 1_000);
    expect(remaining(pacing, from + 1_000)).toEqual({ requests: 559 });
  });

  it('have room where one more call of the usual kind may leave', () => {
    const hasRoom = (left: number) => {
      const pacing = new Pacing(() => 0.5);
      for (const each of [600, left]) pacing.read(headersOf({ requests: [600, each] }), none, 0, 0);
      return pacing.hasRoom(usual, 0);
    };
    expect([41, 40].map(hasRoom)).toEqual([true, true]);
  });

  it('explain a refusal where one of them has no room for the call', () => {
    const pacing = new Pacing(() => 0.5);
    const explains = (all: Parameters<typeof headersOf>[0]) => pacing.explains(headersOf(all), usual, 0);
    expect(explains({})).toBe(false);
    expect(explains({ requests: [600, 0], 'input-tokens': [50_000, 40_000] })).toBe(true);
    expect(explains({ requests: [600, 1] })).toBe(true);
    expect(explains({ requests: [600, 2], 'input-tokens': [50_000, 40_000] })).toBe(false);
    expect(explains({ 'input-tokens': [50_000, 1_501] })).toBe(false);
    expect(explains({ 'input-tokens': [50_000, 1_000] })).toBe(true);
    expect(explains({ 'output-tokens': [50_000, 99] })).toBe(true);
    expect(explains({ tokens: [50_000, 1_099] })).toBe(true);
  });
});
