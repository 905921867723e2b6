import { describe, expect, it } from 'vitest';

import { formatDuration, parseAge, parseDuration } from '../../src/contract/duration.js';
import { InputError } from '../../src/contract/errors.js';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['24h', 86_400_000],
    [' 1s ', 1_000],
  ])('takes %j for %d ms', (text, ms) => expect(parseDuration(text, 'timeout')).toBe(ms));

  it.each(['', '0s', '0.1ms', '-1s', '30', 's', '1 s', '1d', '1e3s', 'Infinitys', '600h', '1s2s'])(
    'refuses %j',
    (text) => {
      expect(() => parseDuration(text, 'deadline')).toThrow(InputError);
      expect(() => parseDuration(text, 'deadline')).toThrow(`\`deadline\``);
    },
  );
});

describe('parseAge', () => {
  it.each([
    ['30d', 2_592_000_000],
    ['720h', 2_592_000_000],
    ['1s', 1_000],
  ])('takes %j for %d ms', (text, ms) => expect(parseAge(text, 'older-than')).toBe(ms));

  it.each(['', '0d', '30', '1w', '500ms', '99999d'])('refuses %j', (text) => {
    expect(() => parseAge(text, 'older-than')).toThrow(/`older-than`.*30d/);
  });
});

it.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [1_000, '1.0 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_499, '59 s'],
  [60_000, '1 m'],
  [200_000, '3 m 20 s'],
  [3_600_000, '1 h'],
  [5_400_000, '1 h 30 m'],
])('shows %d ms as %j', (ms, text) => expect(formatDuration(ms)).toBe(text));
