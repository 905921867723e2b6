import { expect, it } from 'vitest';

import { checkOutputSchema } from '../../src/plan/check-output-schema.js';
import { compiledSchema } from '../../src/cpu/schema-check.js';

const inside = (part: object) => ({
  type: 'object',
  properties: { a: part },
  required: ['a'],
  additionalProperties: false,
  $defs: { B: { type: 'string' } },
});

const values = ['x', 1, null, true, {}, [], ['x'], ['x', 'x'], [1], { a: 1 }, { a: {} }];
const keywords = (
  'type enum const anyOf oneOf $ref $defs properties required additionalProperties items minLength pattern format minimum multipleOf ' +
  'uniqueItems title description default examples deprecated readOnly $schema $id $comment contentEncoding contentMediaType allOf'
).split(' ');

const bases = [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, { $ref: '#/$defs/B' }];

it('takes nothing that cannot be checked when the answer is there', () => {
  const all = bases.flatMap((base) =>
    keywords.flatMap((keyword) => values.map((value) => ({ ...base, [keyword]: value }))),
  );
  const taken = all.filter((part) => {
    try {
      checkOutputSchema(inside(part));
      return true;
    } catch {
      return false;
    }
  });
  expect(taken.length).toBeGreaterThan(30);
  // Compiled together, since that takes a hundredth of the time.
  const properties = Object.fromEntries(taken.map((part, at) => [`p${at}`, part]));
  expect(() => compiledSchema({ ...inside({}), properties })).not.toThrow();
});

it.each<[object, string]>([
  [{ type: 'string', examples: 'x' }, 'Expected `examples` to be a list, got "x".'],
  [{ type: 'string', deprecated: 'use b' }, 'Expected `deprecated` to be true or false, got "use b".'],
  [{ type: 'number', required: true }, 'Expected `required` to be a list of different names, got true.'],
  [{ type: 'string', items: { type: 'string' } }, 'Expected the type "array" beside `items`, got "string".'],
  [{ type: 'array', items: [{ type: 'string' }] }, 'It is a tuple.'],
  [{ type: 'string', $defs: {} }, '`$defs` stands at the top of a schema only.'],
])('refuses %j', (part, message) => {
  expect(() => checkOutputSchema(inside(part))).toThrow(`at \`a\`: ${message}`);
});
