import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Share } from '../../../src/contract/priority.js';
import { FairOrder } from '../../../src/model/limiter/fair-order.js';

/** Who goes, of those who always have another call. */
function went(shares: readonly Share[], calls: number, order = new FairOrder()): string[] {
  return Array.from({ length: calls }, () => {
    const next = order.choose(shares)!;
    order.went(next);
    return next.key;
  });
}

const run = (key: string, more: Partial<Share> = {}): Share => ({ key, ...more });
const count = (keys: readonly string[], key: string) => keys.filter((each) => each === key).length;

describe('runs of one priority', () => {
  it('take turns', () => {
    expect(went([run('a'), run('b'), run('c')], 7).join('')).toBe('abcabca');
  });

  it('take turns by their weights', () => {
    expect(count(went([run('a', { weight: 3 }), run('b')], 40), 'a')).toBe(30);
  });

  it('that come later are due from then on (FairOrder-2)', () => {
    const order = new FairOrder();
    expect(count(went([run('wide')], 1_000, order), 'wide')).toBe(1_000);
    expect(went([run('wide'), run('late')], 8, order).slice(0, 8)).toEqual(Array(4).fill(['late', 'wide']).flat());
  });

  it('gain nothing by leaving and coming again', () => {
    const order = new FairOrder();
    const all: string[] = [];
    for (let round = 0; round < 100; round += 1) {
      const waiting = round % 2 === 0 ? [run('a'), run('b'), run('c')] : [run('a'), run('c')];
      all.push(...went(waiting, 1, order));
    }
    expect(count(all, 'b')).toBeLessThanOrEqual(34);
  });

  it('are never more than a call apart over any span in which they wait, whoever comes and goes (FairOrder-1)', () => {
    const steps = fc.array(fc.oneof(fc.constant('go' as const), fc.integer({ min: 0, max: 5 })), {
      minLength: 50,
      maxLength: 300,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (all) => {
        const order = new FairOrder();
        const waiting = new Set([0]);
        // For each pair, how far one has got before the other since both wait: the least and the most.
        const ahead = new Map<string, { now: number; least: number; most: number }>();
        for (const step of all) {
          if (step !== 'go') {
            if (!waiting.delete(step)) waiting.add(step);
            for (const pair of ahead.keys()) if (pair.split('/').includes(String(step))) ahead.delete(pair);
            continue;
          }
          const next = order.choose([...waiting].map((key) => run(String(key))));
          expect(next === undefined).toBe(waiting.size === 0);
          if (next === undefined) continue;
          order.went(next);
          for (const one of waiting) {
            for (const other of waiting) {
              if (one >= other) continue;
              const pair = `${one}/${other}`;
              const span = ahead.get(pair) ?? { now: 0, least: 0, most: 0 };
              span.now += (next.key === String(one) ? 1 : 0) - (next.key === String(other) ? 1 : 0);
              span.least = Math.min(span.least, span.now);
              span.most = Math.max(span.most, span.now);
              ahead.set(pair, span);
              expect(span.most - span.least, `${pair} after ${all.length} steps`).toBeLessThanOrEqual(1);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are never a call or more off what their weights give them (FairOrder-1)', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, (all) => {
        const sum = all.reduce((one, other) => one + other, 0);
        const keys = went(
          all.map((weight, key) => run(String(key), { weight })),
          200,
        );
        for (const [key, weight] of all.entries()) {
          let got = 0;
          for (const [at, each] of keys.entries()) {
            if (each === String(key)) got += 1;
            expect(Math.abs(got - ((at + 1) * weight) / sum)).toBeLessThan(1 + 1e-6);
          }
        }
      }),
    );
  });
});

describe('a run that comes', () => {
  const light = run('light', { weight: 0.01 });

  it('does not wait for one of small weight, whose next call is due much later (FairOrder-2)', () => {
    const order = new FairOrder();
    expect(went([light, run('heavy')], 3, order)).toContain('light');
    expect(count(went([light, run('heavy'), run('late')], 10, order), 'late')).toBeGreaterThanOrEqual(4);
  });

  it('does not make up for what others had before it, though one of small weight is still due (FairOrder-2)', () => {
    const order = new FairOrder();
    went([light], 1, order);
    went([light, run('heavy')], 60, order);
    const next = went([light, run('heavy'), run('late')], 20, order);
    expect(Math.abs(count(next, 'late') - count(next, 'heavy'))).toBeLessThanOrEqual(2);
  });

  it('is chosen though those of a higher priority, who are ahead of their share, have gone', () => {
    const order = new FairOrder();
    const high = [run('a', { priority: 1 }), run('b', { priority: 1 })];
    expect(went([...high, run('c')], 1, order)).toEqual(['a']);
    expect(went([run('c')], 3, order)).toEqual(['c', 'c', 'c']);
    expect(went([run('low', { priority: 5 }), run('c')], 3, order)).toEqual(['c', 'c', 'c']);
  });

  it('has no claim to what it was left out of before it went away (FairOrder-3)', () => {
    const order = new FairOrder();
    const high = run('high', { priority: 1 });
    const lows = [run('low', { priority: 5 }), run('other', { priority: 5 })];
    const ofLows = (keys: readonly string[]) => keys.length - count(keys, 'high');
    // One of them has gone, and both have waited for long.
    expect(ofLows(went([high, ...lows], 35, order))).toBe(1);
    went([high], 5, order);
    expect(ofLows(went([high, ...lows], 15, order))).toBe(0);
    expect(ofLows(went([high, ...lows], 5, order))).toBe(1);
  });
});

describe('runs of several priorities', () => {
  it('go by the lowest number first, as in a task queue of Temporal', () => {
    const order = new FairOrder();
    expect(went([run('low', { priority: 5 }), run('usual'), run('high', { priority: 1 })], 10, order)).toEqual(
      Array(10).fill('high'),
    );
    expect(went([run('low', { priority: 5 }), run('usual')], 4, order)).toContain('usual');
  });

  it('leave every priority that waits one call in twenty (FairOrder-3)', () => {
    const all = went([run('low', { priority: 5 }), run('usual'), run('high', { priority: 1 })], 200);
    for (let from = 0; from + 20 <= all.length; from += 1) {
      const span = all.slice(from, from + 20);
      expect(count(span, 'low')).toBe(1);
      expect(count(span, 'usual')).toBe(1);
    }
  });

  it('keep one key of two priorities apart', () => {
    const all = went([run('one', { priority: 1 }), run('one', { priority: 2 })], 19);
    expect(all).toHaveLength(19);
  });
});
