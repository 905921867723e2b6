/** A number as text: sign, digits, where its first digit stands among powers of ten. */
interface Decimal {
  sign: -1 | 0 | 1;
  digits: string;
  power: number;
}

/** A number that JavaScript has no number for, digit by digit: above 2^53, or with more decimals than fit. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

export type Numeric = number | ExactNumber;

/** @returns a number of JavaScript's where it is that very number; `undefined` where the text is no decimal number */
export function exactNumber(text: string): Numeric | undefined {
  const decimal = decimalOf(text);
  if (decimal === undefined) return undefined;
  const near = Number(text);
  return Number.isFinite(near) && compared(decimal, decimalOf(String(near))) === 0 ? near : new ExactNumber(text);
}

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || value instanceof ExactNumber;
}

/** @returns less than 0, 0 or more than 0, as the first is less than the second, the same, or more */
export function compareNumbers(one: Numeric, other: Numeric): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return compared(decimalOf(textOf(one)), decimalOf(textOf(other)));
}

function textOf(number: Numeric): string {
  return typeof number === 'number' ? String(number) : number.text;
}

// No arithmetic of big integers: `1e999999999` is a number, too.
function decimalOf(text: string): Decimal | undefined {
  const [, minus, whole = '', part = '', exponent = '0'] =
    /^\s*([-+]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?\s*$/.exec(text) ?? [];
  if (minus === undefined) return undefined;
  const all = whole + part;
  const digits = all.replace(/^0+/, '');
  if (digits === '') return { sign: 0, digits: '', power: 0 };
  const power = whole.length - (all.length - digits.length) + Number(exponent);
  return { sign: minus === '-' ? -1 : 1, digits: digits.replace(/0+$/, ''), power };
}

function compared(one: Decimal | undefined, other: Decimal | undefined): number {
  if (one === undefined || other === undefined) return Number.NaN;
  if (one.sign !== other.sign) return one.sign - other.sign;
  if (one.power !== other.power) return one.power < other.power ? -one.sign : one.sign;
  if (one.digits === other.digits) return 0;
  return one.digits < other.digits ? -one.sign : one.sign;
}
