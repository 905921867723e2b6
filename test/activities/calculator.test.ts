import { describe, expect, it } from 'vitest';

import { calculate } from '../../activities/tools/calculator.js';

describe('the calculator', () => {
  it.each<[string, number | string]>([
    ['(1200 * 1.05^3) / 4', 347.2875],
    ['0.1 + 0.2', 0.3],
    ['19.99 * 3', 59.97],
    ['1.005 * 100', 100.5],
    ['2^64', '18446744073709551616'],
    ['2**64 - 1', '18446744073709551615'],
    ['9007199254740993 + 0', '9007199254740993'],
    ['12345678901234567.89 + 0.01', '12345678901234567.9'],
    ['99999999999999999999 * 99999', '9999899999999999999900001'],
    ['1e20 + 1 - 1e20', 1],
    ['10^300 + 1 - 10^300', 1],
    ['1/3', '0.33333333333333333'],
    ['1/3*3', 1],
    ['2/3', '0.66666666666666667'],
    ['sqrt(2)^2', 2],
    ['sqrt(2)', 1.414213562373095],
    ['-2^2', -4],
    ['2^3^2', 512],
    ['2^-2', 0.25],
    ['2 - -3', 5],
    ['7 % 4', 3],
    ['-7 % 4', -3],
    ['5!', 120],
    ['25!', '15511210043330985984000000'],
    ['fac(5) + 3!!', 840],
    ['round(2.5)', 3],
    ['round(2.345, 2)', 2.35],
    ['round(1234, -2)', 1200],
    ['sin(pi)', 0],
    ['sin(pi/6)', 0.5],
    ['log10(1000)', 3],
    ['ln(e)', 1],
    ['log(8, 2)', 3],
    ['exp(0)', 1],
    ['8^(1/3)', 2],
    ['hypot(3, 4)', 5],
    ['3 × 4 ÷ 2 − 1', 5],
    ['1_000_000 / 4', 250_000],
    ['3e30', 3e30],
    ['√2 * √2', 2],
    ['√(9 + 16)^2', 25],
    ['2⋅3 – 1', 5],
    ['cos(π) + τ/π', 1],
    ['7 % (3)', 1],
    ['1e-7', 1e-7],
  ])('works out %s', async (expression, value) => {
    expect(await calculate(expression)).toBe(value);
  });

  it.each<[string, number | string]>([
    ['max(100,200)', 200],
    ['max(1,200)', 200],
    ['min(1,234)', 1],
    ['pow(2,100)', 1.2676506002282294e30],
    ['1,000+2,000', 3000],
    ['1,000 + 2,000', 3000],
    ['1,234,567.5 * 2', 2_469_135],
    ['max((1,000), 5)', 1000],
    ['max(1, 2) + 1,000', 1002],
    ['sum(1,200,300)', 501],
    ['min(100,max(1,200))', 100],
    ['log(8,2)', 3],
    ['max(min(1,234), 5)', 5],
    ['max(min(1,100+abs(2)), 3)', 3],
    ['max(((min(1,100))), 3)', 3],
    ['max(100, 200, 300)', 300],
  ])('takes a comma for what it is in %s', async (expression, value) => {
    expect(await calculate(expression)).toBe(value);
  });

  it.each([
    ['1/0', 'it divides by zero'],
    ['0/0', 'it divides by zero'],
    ['5 % 0', 'it divides by zero'],
    ['0^-1', 'it divides by zero'],
    ['sqrt(-1)', '`sqrt` of -1 is no number'],
    ['ln(0)', '`ln` of 0 is no number'],
    ['asin(2)', '`asin` of 2 is no number'],
    ['(-8)^(1/3)', 'is no real number'],
    ['tan(pi/2)', 'it gives more than'],
    ['10^400', 'it gives more than 10^320'],
    ['1e999', 'it gives more than 10^320'],
    ['10^-400', 'it gives less than 10^-320'],
    ['1e-200 * 1e-200', 'it gives less than 10^-320'],
    ['9^9^9^9', 'it gives more than 10^320'],
    ['exp(1e10)', 'it gives more than 10^320'],
    ['sinh(1e10)', 'it gives more than 10^320'],
    ['1000000000!', 'it gives more than 10^320'],
    ['fac(fac(fac(9)))', 'it gives more than 10^320'],
    ['2.5!', 'expected a whole number before `!`, got 2.5'],
    ['max(1,000, 5)', 'write 1000, not 1,000'],
    ['sqrt(1,024)', 'write 1024, not 1,024'],
    ['sqrt(1,234)', 'expected `sqrt` to have 1 argument, got 2'],
    ['1,00', '`1,00` is neither'],
    ['1.000,50', '`1.000,50` is neither'],
    ['1,2345', '`1,2345` is neither'],
    ['19% * 250', 'for per cent divide by 100'],
    ['12 % of 80', 'for per cent divide by 100'],
    ['100 + 10% + 5', 'for per cent divide by 100'],
    ['50% - 3', 'for per cent divide by 100'],
    ['7 % -3', 'write mod(7, -3)'],
    ['round(1,234)', '`1,234` in the brackets of `round` may be one number or several: write 1234, or 1, 234'],
    ['log(1,234)', 'write 1234, or 1, 234'],
    ['max(1,234, abs(abs(5)))', 'write 1234, or 1, 234'],
    ['max(1,234, 5)', 'write 1234, or 1, 234'],
    ['max(1,234,567.5, 2)', 'write 1234567.5, or 1, 234, 567.5'],
    ['2(3)', 'expected an operator, got `(`'],
    ['x + 1', 'there is no `x`'],
    ['x = 1', '`=` is nothing that can be worked out'],
    ['1 = 1', '`=` is nothing that can be worked out'],
    ['constructor(1)', 'there is no function `constructor`'],
    ['toString + 1', 'there is no `toString`'],
    ['(1 + 2', 'expected `)`, got its end'],
    ['', 'expected a number, a function or `(`, got its end'],
    ['max()', 'at least 1'],
    ['1 +', 'got its end'],
    [`${'1+'.repeat(600)}1`, 'at most 1000 characters'],
  ])('says of %s what is the matter', async (expression, message) => {
    await expect(calculate(expression)).rejects.toThrow(message);
  });

  it('does no work that its length does not bound', async () => {
    const longest = `${'(1.1^9007199254740991)%7+'.repeat(30)}1`;
    await expect(calculate(longest)).rejects.toThrow('10^320');
    expect(await calculate(`${'sin(1e300)*'.repeat(80)}0`)).toBe(0);
    expect(await calculate(`${'('.repeat(499)}1${')'.repeat(499)}`)).toBe(1);
  });
});
