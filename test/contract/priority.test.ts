import { describe, expect, it } from 'vitest';

import { temporalPriority } from '../../src/contract/priority.js';

describe('a priority that was given', () => {
  it('is a number, or Temporal’s own words', () => {
    expect(temporalPriority(1)).toEqual({ priorityKey: 1 });
    const given = { priorityKey: 5, fairnessKey: 'tenant-a', fairnessWeight: 2.5 };
    expect(temporalPriority(given)).toEqual(given);
    expect(temporalPriority({ fairnessKey: 'tenant-a', fairnessWeight: undefined as never })).toEqual({
      fairnessKey: 'tenant-a',
    });
    expect(temporalPriority({})).toEqual({});
  });

  it.each([
    [0, 'Expected `priority` to be a whole number from 1, which goes first, to 5, got `0`.'],
    [6, 'Expected `priority` to be a whole number from 1, which goes first, to 5, got `6`.'],
    ['high', 'Expected `priority` to be a whole number from 1, which goes first, to 5, got `"high"`.'],
    [null, '`priority` to be a whole number from 1, which goes first, to 5, or an object with priorityKey, '],
    [[1], '`priority` to be a whole number from 1, which goes first, to 5, or an object with priorityKey, '],
    [{ key: 1 }, 'or an object with priorityKey, fairnessKey, fairnessWeight, got `{"key":1}`.'],
    [{ priorityKey: 1.5 }, 'Expected `priority.priorityKey` to be a whole number from 1, which goes first, to 5, got'],
    [{ fairnessKey: 'ä'.repeat(33) }, 'Expected `priority.fairnessKey` to be a text of at most 64 bytes, got'],
    [{ fairnessWeight: 0 }, 'Expected `priority.fairnessWeight` to be a number, more than 0, got `0`.'],
  ])('%j is refused', (given, message) => {
    expect(() => temporalPriority(given as never)).toThrow(message);
  });
});
