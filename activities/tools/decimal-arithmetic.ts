import { Decimal } from 'decimal.js';

import type { Arithmetic } from './expression.js';

/** Largest power of ten, either way: what a double can hold, and the largest factorial of one, 170!. */
const mostPower = 320;

/** Enough digits for a sum of the largest and the smallest value to be exact. */
const Exact = Decimal.clone({ precision: 2 * mostPower, maxE: mostPower, minE: -mostPower });

/** What is not a fraction to begin with, such as a sine, has as many digits. */
const Rounded = Decimal.clone({ precision: 50, maxE: mostPower, minE: -mostPower });

/** A sine of so many decimals is exact where its angle has the digits of `Rounded`. */
const decimalsOfAngles = 45;

/** How a value is told: exactly up to so many digits, with fewer beyond that. */
const mostDigits = 30;
const roundedDigits = 17;

const Told = Decimal.clone({ precision: mostDigits, toExpPos: mostDigits, toExpNeg: -7 });

const pi = Rounded.acos(-1);
const constants: Readonly<Record<string, Decimal>> = { pi, π: pi, tau: pi.times(2), τ: pi.times(2), e: Rounded.exp(1) };

/** Decimal arithmetic: sums, differences, products and whole powers are exact. */
export const decimalArithmetic: Arithmetic<Decimal> = {
  number: (digits) => within(new Exact(digits), !/[1-9]/.test(digits.replace(/e.*$/i, ''))),
  constant: (name) => (Object.hasOwn(constants, name.toLowerCase()) ? constants[name.toLowerCase()] : undefined),
  negate: (value) => value.neg(),
  factorial,
  operate(operator, left, right) {
    const [one, other] = [new Exact(left), new Exact(right)];
    switch (operator) {
      case '+':
        return within(one.plus(other), true);
      case '-':
        return within(one.minus(other), true);
      case '*':
        return within(one.times(other), one.isZero() || other.isZero());
      case '/':
        if (other.isZero()) throw new Error('it divides by zero');
        return within(one.div(other), one.isZero());
      case '%':
        if (other.isZero()) throw new Error('it divides by zero');
        return within(one.mod(other), true);
      case '^':
        return power(one, other);
    }
  },
  takesOne(name) {
    const [least, most] = Object.hasOwn(functions, name.toLowerCase()) ? (functions[name.toLowerCase()] ?? []) : [];
    return least === 1 && most === 2;
  },
  call(name, args) {
    const found = Object.hasOwn(functions, name.toLowerCase()) ? functions[name.toLowerCase()] : undefined;
    if (found === undefined) throw new Error(`there is no function \`${name}\``);
    const [least, most, work] = found;
    if (args.length < least || args.length > most) {
      const wanted = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
      throw new Error(
        `expected \`${name}\` to have ${wanted} ${least === 1 && most <= 1 ? 'argument' : 'arguments'}, got ${args.length}`,
      );
    }
    const value = work(...args.map((arg) => new Exact(arg)));
    if (value.isNaN()) throw new Error(`\`${name}\` of ${args.map(told).join(', ')} is no number`);
    return within(value, true);
  },
};

/** A value as it is told: exactly where it has at most 30 digits, else rounded to 17. */
export function told(value: Decimal): string {
  const exact = new Exact(value);
  return new Told(exact.sd() <= mostDigits ? exact : exact.toSignificantDigits(roundedDigits)).toString();
}

function power(base: Decimal, exponent: Decimal): Decimal {
  if (base.isZero() && exponent.isZero()) return new Exact(1);
  if (base.isZero() && exponent.isNeg()) throw new Error('it divides by zero');
  if (exponent.isInteger()) return within(base.pow(exponent), base.isZero());
  if (base.isNeg()) throw new Error(`${told(base)}^${told(exponent)} is no real number`);
  return within(Rounded.pow(base, exponent), base.isZero());
}

function factorial(value: Decimal): Decimal {
  if (!value.isInteger() || value.isNeg()) {
    throw new Error(`expected a whole number before \`!\`, got ${told(value)}`);
  }
  let product = new Exact(1);
  for (let factor = 2; value.gte(factor); factor += 1) product = within(product.times(factor), false);
  return product;
}

/** The sine or cosine, without what the last digits of an angle such as pi make of it. */
function ofAngle(name: 'sin' | 'cos', angle: Decimal): Decimal {
  const value = Rounded[name](angle);
  return angle.abs().gte(0.01) ? value.toDecimalPlaces(decimalsOfAngles) : value;
}

function tangent(angle: Decimal): Decimal {
  return new Rounded(ofAngle('sin', angle)).div(ofAngle('cos', angle));
}

function log(value: Decimal, base?: Decimal): Decimal {
  if (value.lte(0)) return new Exact(NaN);
  return base === undefined ? Rounded.ln(value) : Rounded.log(value, base);
}

function places(value: Decimal, digits: Decimal | undefined, rounding: Decimal.Rounding): Decimal {
  const wanted = digits?.toNumber() ?? 0;
  if (!Number.isInteger(wanted) || Math.abs(wanted) > mostPower) return new Exact(NaN);
  if (wanted >= 0) return value.toDecimalPlaces(wanted, rounding);
  const unit = new Exact(10).pow(-wanted);
  return value.div(unit).toDecimalPlaces(0, rounding).times(unit);
}

/** Fewest and most arguments, and what is made of them. */
type Function = readonly [least: number, most: number, work: (...args: Decimal[]) => Decimal];

const one = (work: (value: Decimal) => Decimal): Function => [1, 1, work as Function[2]];
const several = (work: (...values: Decimal[]) => Decimal): Function => [1, Infinity, work];

const round = [1, 2, (value: Decimal, digits?: Decimal) => places(value, digits, Decimal.ROUND_HALF_UP)] as Function;
const raise = [2, 2, power] as Function;
const naturalLog = [1, 2, log] as Function;

const functions: Readonly<Record<string, Function>> = {
  abs: one((value) => value.abs()),
  sign: one((value) => new Exact(Decimal.sign(value))),
  sqrt: one((value) => value.sqrt()),
  cbrt: one((value) => value.cbrt()),
  round,
  roundto: round,
  ceil: [1, 2, (value: Decimal, digits?: Decimal) => places(value, digits, Decimal.ROUND_CEIL)] as Function,
  floor: [1, 2, (value: Decimal, digits?: Decimal) => places(value, digits, Decimal.ROUND_FLOOR)] as Function,
  trunc: [1, 2, (value: Decimal, digits?: Decimal) => places(value, digits, Decimal.ROUND_DOWN)] as Function,
  min: several((...values) => Exact.min(...values)),
  max: several((...values) => Exact.max(...values)),
  sum: several((...values) => values.reduce((sum, value) => sum.plus(value))),
  hypot: several((...values) => Exact.sqrt(values.reduce((sum, value) => sum.plus(value.times(value)), new Exact(0)))),
  pow: raise,
  mod: [2, 2, (left: Decimal, right: Decimal) => decimalArithmetic.operate('%', left, right)] as Function,
  fac: one(factorial),
  factorial: one(factorial),
  exp: one((value) => within(Rounded.exp(value), false)),
  expm1: one((value) => Rounded.exp(value).minus(1)),
  ln: naturalLog,
  log: naturalLog,
  log1p: one((value) => log(value.plus(1))),
  log10: one((value) => log(value, new Exact(10))),
  lg: one((value) => log(value, new Exact(10))),
  log2: one((value) => log(value, new Exact(2))),
  sin: one((angle) => ofAngle('sin', angle)),
  cos: one((angle) => ofAngle('cos', angle)),
  tan: one(tangent),
  asin: one((value) => Rounded.asin(value)),
  acos: one((value) => Rounded.acos(value)),
  atan: one((value) => Rounded.atan(value)),
  atan2: [2, 2, (y: Decimal, x: Decimal) => Rounded.atan2(y, x)] as Function,
  sinh: one((value) => hyperbolic(value, -1)),
  cosh: one((value) => hyperbolic(value, 1)),
  tanh: one((value) => hyperbolic(value, -1).div(hyperbolic(value, 1))),
  asinh: one((value) => Rounded.asinh(value)),
  acosh: one((value) => Rounded.acosh(value)),
  atanh: one((value) => Rounded.atanh(value)),
};

/** By its definition: the library's own series takes seconds for large values. */
function hyperbolic(value: Decimal, sign: 1 | -1): Decimal {
  return within(Rounded.exp(value), false)
    .plus(within(Rounded.exp(value.neg()), false).times(sign))
    .div(2);
}

/** @param mayBeZero whether a zero is what it is, and not too small a value */
function within(value: Decimal, mayBeZero: boolean): Decimal {
  if (value.isNaN()) throw new Error('it gives no number');
  if (!value.isFinite()) throw new Error(`it gives more than 10^${mostPower}, which is the most that is worked out`);
  if (value.isZero() && !mayBeZero) {
    throw new Error(`it gives less than 10^-${mostPower}, which is the least that is worked out`);
  }
  return value;
}
