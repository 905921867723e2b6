import { Parser } from 'expr-eval-fork';

import { toolFailure } from './tool-failure.js';

const mostCharacters = 1_000;

/**
 * Works out an arithmetic expression. There are no variables, no assignments, and nothing that goes on for long.
 *
 * @throws ApplicationFailure `ToolFailed` where it is none
 */
export function calculate(expression: string): number {
  if (expression.length > mostCharacters) {
    throw toolFailure(`Expected an expression of at most ${mostCharacters} characters, got ${expression.length}.`);
  }
  const parser = new Parser({ operators: { assignment: false, fndef: false, concatenate: false } });
  try {
    const value: unknown = parser.evaluate(expression.replaceAll('**', '^').replaceAll(/(?<=\d)[_,](?=\d{3})/g, ''));
    if (typeof value !== 'number') throw new Error(`it gives ${JSON.stringify(value)}, which is no number`);
    return value;
  } catch (error) {
    throw toolFailure(`Expected an arithmetic expression, got \`${expression}\`: ${(error as Error).message}.`);
  }
}
