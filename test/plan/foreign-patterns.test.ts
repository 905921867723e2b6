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
  ['^\\x{41}$', '`\\x` is of another language'],
  ['[a-z&&[^aeiou]]', '`[a-z&&[` is of another language'],
  ['[a-z--[aeiou]]', '`[a-z--[` is of another language'],
  ['[x][]abc]', '`[]` is of another language'],
  ['[^]]+', '`[^]` is of another language'],
  ...['\\pL+', '\\U0001F600', '\\<word\\>', '\\N', '\\V+', '\\g{1}', '\\`', "\\k'a'"].map((each) => [
    each,
    `\`${each.slice(0, 2)}\` is of another language`,
  ]),
])('refuses %s, which fits other texts in JavaScript than where it comes from', (pattern, message) => {
  expect(() => checkOutputSchema(withPattern(pattern))).toThrow(message);
});

it.each(['[\\w-.]+', 'a\\-b', '\\\\A', '[:/]', '^\\cA$', '\\/x', '\\x41\\-', '[^]+\\]\\-', '[a[]\\-', '\\p{L}'])(
  'takes %s',
  (pattern) => {
    expect(() => checkOutputSchema(withPattern(pattern))).not.toThrow();
  },
);
