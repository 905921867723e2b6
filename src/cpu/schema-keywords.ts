import type { FuncKeywordDefinition, Options } from 'ajv';
import { str } from 'ajv';
import { Decimal } from 'decimal.js';

import { compilePattern } from '../contract/json-pattern.js';

/** Keywords that are honoured as they are meant, in place of ajv's own. */
export const ownKeywords: readonly FuncKeywordDefinition[] = [
  {
    keyword: 'pattern',
    type: 'string',
    schemaType: 'string',
    compile: (pattern: string, parent) => {
      const { patternFlags } = parent as { patternFlags?: string };
      const expression = compilePattern(pattern, patternFlags);
      return (value: string) => expression.test(value);
    },
    error: {
      message: ({ schemaCode, parentSchema }) => {
        const { patternFlags = '' } = (parentSchema ?? {}) as { patternFlags?: string };
        const flags = patternFlags === '' ? '' : ` (flags ${patternFlags})`;
        return str`must match pattern "${schemaCode}"${flags}`;
      },
    },
  },
  {
    // In binary 19.99 is no multiple of 0.01, and neither are 1,361 other prices up to 100.
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    compile: (divisor: number) => (value: number) => isMultipleOf(value, divisor),
    error: { message: ({ schemaCode }) => str`must be multiple of ${schemaCode}` },
  },
];

/** Reads patterns, those of `patternProperties` as well, as JSON Schema's authors write them. */
export const readPatterns: NonNullable<Options['code']> = {
  regExp: Object.assign((source: string) => compilePattern(source), { code: '' }),
};

/** Whether a number is a whole multiple of another, both taken as the decimals that they are written as. */
export function isMultipleOf(value: number, divisor: number): boolean {
  return new Decimal(value).modulo(divisor).isZero();
}
