import { expect, it } from 'vitest';

import { checkOutputSchema } from '../../src/plan/check-output-schema.js';

const withPattern = (pattern: string) => ({
  type: 'object',
  properties: { a: { type: 'string', pattern } },
  required: ['a'],
  additionalProperties: false,
});

it.each([
  ['\\AEUR\\Z', 'Expected a regular expression of JavaScript, got'],
  ['^\\h+$', 'Expected a regular expression of JavaScript, got'],
  ['^a{,5}$', 'Expected a regular expression of JavaScript, got'],
  ['\\i\\c*', 'Expected a regular expression of JavaScript, got'],
  ['^[[:alpha:]]+$', 'is a class of POSIX'],
])('refuses %s, which fits other texts in JavaScript than where it comes from', (pattern, message) => {
  expect(() => checkOutputSchema(withPattern(pattern))).toThrow(message);
});

it.each(['[\\w-.]+', 'a\\-b', '\\\\A', '[:/]', '^\\cA$', '\\/x'])('takes %s', (pattern) => {
  expect(() => checkOutputSchema(withPattern(pattern))).not.toThrow();
});
