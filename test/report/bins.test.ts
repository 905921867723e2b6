import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { binsOf } from '../../src/report/answer/bins.js';

const times = (...ms: number[]) => ms.toSorted((one, other) => one - other);

describe('the steps of a histogram', () => {
  it('are round, and their labels tell them apart where all took about as long', () => {
    const { stepMs, labels } = binsOf(times(1_300, 1_340, 1_400, 1_520));
    expect(stepMs).toBe(50);
    expect(labels.slice(0, 3)).toEqual(['to 0.80 s', 'to 0.85 s', 'to 0.90 s']);
    expect(labels.at(-1)).toBe('to 1.55 s');
  });

  it.each([
    { longest: 40, label: 'to 42 ms' },
    { longest: 999, label: 'to 1000 ms' },
    { longest: 3_700, label: 'to 3.8 s' },
    { longest: 100_000, label: 'to 105 s' },
    { longest: 3_600_000, label: 'to 65 m' },
  ])('end behind the longest of $longest ms', ({ longest, label }) => {
    expect(binsOf(times(1, longest)).labels.at(-1)).toBe(label);
  });

  it('count each time once, in at most 24 bins, none of which is called like another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90_000_000 }), { minLength: 1, maxLength: 50 }), (given) => {
        const { counts, labels, leastMs, stepMs } = binsOf(times(...given));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(given.length);
        expect(counts.length).toBeLessThanOrEqual(24);
        expect(new Set(labels).size).toBe(labels.length);
        expect(leastMs).toBeLessThanOrEqual(Math.max(1, ...given) / 2);
        expect(leastMs + stepMs * counts.length).toBeGreaterThan(Math.max(...given));
      }),
    );
  });
});
