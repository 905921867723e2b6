import { Decimal } from 'decimal.js';

/** A decimal number as people write one: neither hexadecimal nor infinite. */
const decimalNumber = /^\s*[-+]?(?=\.?\d)\d*(?:\.\d*)?(?:[eE][-+]?\d+)?\s*$/;

/** A number of JavaScript's, or one that it has none for, digit by digit: above 2^53, or with more decimals than fit. */
export type Numeric = number | Decimal;

/** @returns a number of JavaScript's where it is that very number; `undefined` where the text is no decimal number */
export function exactNumber(text: string): Numeric | undefined {
  if (!decimalNumber.test(text)) return undefined;
  const near = Number(text);
  const exact = new Decimal(text.trim());
  return exact.equals(near) ? near : exact;
}

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || value instanceof Decimal;
}

/** @returns less than 0, 0 or more than 0, as the first is less than the second, the same, or more */
export function compareNumbers(one: Numeric, other: Numeric): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return new Decimal(one).comparedTo(other);
}
