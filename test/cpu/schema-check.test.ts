import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compiledSchema } from '../../src/cpu/schema-check.js';
import { isMultipleOf } from '../../src/cpu/schema-keywords.js';

const fits = (schema: object, value: unknown) => compiledSchema(schema as never).check(value) === undefined;

describe('multipleOf', () => {
  it('takes every price from 0.01 to 100.00 as a multiple of 0.01, and none in between', () => {
    const { check } = compiledSchema({ type: 'number', multipleOf: 0.01 });
    const prices = Array.from({ length: 10_000 }, (_, at) => (at + 1) / 100);
    expect(prices.filter((price) => check(price) !== undefined)).toEqual([]);
    expect(prices.filter((price) => check(Number(`${price.toFixed(2)}5`)) === undefined)).toEqual([]);
    expect(check(19.995)).toBe('at the top: it must be multiple of 0.01');
  });

  it('says what whole numbers say, whatever the places of the point', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 12 }),
        (value, divisor, places) => {
          const number = (digits: number) => Number(`${digits}e-${places}`);
          expect(isMultipleOf(number(value), number(divisor))).toBe(value % divisor === 0);
        },
      ),
    );
  });

  it('is exact for the largest and the smallest numbers', () => {
    expect(isMultipleOf(1e308, 0.01)).toBe(true);
    expect(isMultipleOf(1e22, 3)).toBe(false);
    expect(isMultipleOf(5e-324, 1)).toBe(false);
    expect(isMultipleOf(1, 5e-324)).toBe(true);
    expect(isMultipleOf(-0.3, 0.1)).toBe(true);
  });
});

describe('a pattern', () => {
  it('is read with its flags', () => {
    expect(fits({ type: 'string', pattern: '^x$' }, 'X')).toBe(false);
    expect(fits({ type: 'string', pattern: '^x$', patternFlags: 'i' }, 'X')).toBe(true);
    expect(fits({ type: 'string', pattern: '^b$', patternFlags: 'm' }, 'a\nb')).toBe(true);
    expect(fits({ type: 'string', pattern: '^a.b$', patternFlags: 's' }, 'a\nb')).toBe(true);
    expect(fits({ type: 'string', pattern: '^.$' }, '😀')).toBe(true);
    expect(fits({ type: 'string', pattern: '^.$', patternFlags: '' }, '😀')).toBe(false);
    expect(fits({ type: 'string', pattern: '^[\\p{L}--[a-z]]$', patternFlags: 'v' }, 'É')).toBe(true);
  });

  it('is read as its author meant it where only that compiles', () => {
    expect(fits({ type: 'string', pattern: '^\\d{3}\\-\\d$' }, '123-4')).toBe(true);
    expect(fits({ type: 'object', patternProperties: { '^a\\-': { type: 'number' } } }, { 'a-b': 'x' })).toBe(false);
    expect(() => compiledSchema({ type: 'string', pattern: '\\p{Leters}' })).toThrow('Invalid property name');
  });

  it('says which it was', () => {
    expect(compiledSchema({ type: 'string', pattern: '^x$', patternFlags: 'i' }).check('y')).toBe(
      'at the top: it must match pattern "^x$" (flags i)',
    );
  });
});
