import { toolFailure } from './tool-failure.js';

const mostCharacters = 1_000;

/**
 * Works out an arithmetic expression in decimal arithmetic: 0.1 + 0.2 is 0.3, and 2^64 has all of its digits. There are no variables, no
 * assignments, and nothing that goes on for long.
 *
 * @returns exactly where the value has at most 30 digits, else rounded to 17; digits as text where a number of JSON would lose some
 * @throws ApplicationFailure `ToolFailed` where it is none, or has no finite value, with the reason
 */
export async function calculate(expression: string): Promise<number | string> {
  if (expression.length > mostCharacters) {
    throw toolFailure(`Expected an expression of at most ${mostCharacters} characters, got ${expression.length}.`);
  }
  // Loaded on demand: most workers never calculate.
  const [{ workOut }, { decimalArithmetic, told }] = await Promise.all([
    import('./expression.js'),
    import('./decimal-arithmetic.js'),
  ]);
  try {
    const digits = told(workOut(expression, decimalArithmetic));
    return String(Number(digits)) === digits ? Number(digits) : digits;
  } catch (error) {
    throw toolFailure(`Expected an arithmetic expression, got \`${expression}\`: ${(error as Error).message}.`);
  }
}
