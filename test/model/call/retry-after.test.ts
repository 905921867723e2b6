import { describe, expect, it, onTestFinished } from 'vitest';

import { retryAfterMs } from '../../../src/model/call/retry-after.js';
import { retryDelayMs } from '../../../src/model/call/retry-delay.js';

const now = Date.parse('2026-11-24T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0.5', 500],
    ['12.25', 12_250],
    ['0.001', 1],
    ['12.3456789', 12_346],
    ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
    ['Tuesday, 24-Nov-26 12:00:30 GMT', 30_000],
    ['Tue Nov 24 12:00:30 2026', 30_000],
  ])('%j asks for %d ms', (value, ms) => {
    // As it came: `Headers` would have trimmed it.
    expect(retryAfterMs({ get: (name) => (name === 'retry-after' ? value : null) }, now)).toBe(ms);
  });

  const dates = ['Tue, 24 Nov 2026 11:59:59 GMT', 'Tue, 99 Nov 2026', '24 Nov 2026 12:00:30 GMT'];

  it.each(['0', '0.0', '0.0009', '0.0000000001', '-5', '', 'soon', '1e3', '+5', '0x10', 'Infinity', '5, 6', ...dates])(
    '%j asks for nothing',
    (value) => {
      expect(retryAfterMs(new Headers({ 'retry-after': value }), now)).toBeUndefined();
    },
  );

  it('asks for nothing where it is absent', () => {
    expect(retryAfterMs(new Headers(), now)).toBeUndefined();
    expect(retryAfterMs(undefined, now)).toBeUndefined();
  });

  it('is measured by the clock of the server that sent it', () => {
    const headers = new Headers({
      'retry-after': 'Tue, 24 Nov 2026 15:00:30 GMT',
      date: 'Tue, 24 Nov 2026 15:00:00 GMT',
    });
    expect(retryAfterMs(headers, now)).toBe(30_000);
  });

  it('is in Greenwich’s time where the date names none, as asctime has it', () => {
    const zone = process.env['TZ'];
    onTestFinished(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });
    process.env['TZ'] = 'Asia/Tokyo';
    expect(retryAfterMs(new Headers({ 'retry-after': 'Tue Nov 24 12:00:30 2026' }), now)).toBe(30_000);
  });
});

describe('the wait before the next try', () => {
  const almostOne = () => 1 - Number.EPSILON;

  it.each([
    [1_000, 2_000],
    [4_000, 5_000],
    [60_000, 75_000],
    [600_000, 630_000],
  ])('is between %d and %d ms when the API asked for the first', (askedMs, mostMs) => {
    const asked = { askedMs, tries: 3, throttled: true };
    expect(retryDelayMs(asked, () => 0)).toBe(askedMs);
    expect(retryDelayMs(asked, almostOne)).toBeLessThanOrEqual(mostMs);
    expect(retryDelayMs(asked, almostOne)).toBeGreaterThan(mostMs - 2);
  });

  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [6, 30_000],
    [9_999, 30_000],
  ])('after try %d is anything up to %d ms', (tries, mostMs) => {
    const unasked = { askedMs: undefined, tries, throttled: false };
    expect(retryDelayMs(unasked, () => 0)).toBe(1);
    expect(retryDelayMs(unasked, () => 0.5)).toBe(mostMs / 2);
    expect(retryDelayMs(unasked, almostOne)).toBe(mostMs);
  });

  it('is at least half of that when the API said to slow down', () => {
    const throttled = { askedMs: undefined, tries: 3, throttled: true };
    expect(retryDelayMs(throttled, () => 0)).toBe(2_000);
    expect(retryDelayMs(throttled, almostOne)).toBe(4_000);
  });
});
