import { expect, it } from 'vitest';

import { boundProblem } from '../../src/plan/check-schema-bounds.js';

it.each([
  { type: 'string', minLength: 0, maxLength: 0 },
  { type: 'number', minimum: 2, maximum: 2, multipleOf: 0.5 },
  { type: 'array', minItems: 0, maxItems: 5, items: { type: 'string' } },
  { type: ['string', 'null'], enum: ['a', 5, null] },
  { type: 'integer', const: 5 },
  { type: 'object', properties: {}, required: ['a', 'b'], additionalProperties: false },
])('finds nothing wrong with %j, which something fits', (part) => {
  expect(boundProblem(part)).toBeUndefined();
});

it.each([
  [{ type: 'string', maxLength: 1.5 }, 'maxLength', 'a whole number, 0 or more'],
  [{ type: 'array', minItems: -1 }, 'minItems', 'a whole number, 0 or more'],
  [{ type: 'object', required: ['a', 'a'] }, 'required', 'a list of different names'],
  [{ type: 'string', items: {} }, 'items', '"array" beside'],
  [{ type: 'number', minimum: 2, maximum: 1 }, 'minimum', 'Nothing fits'],
  [{ type: 'number', minimum: 2, exclusiveMaximum: 2 }, 'minimum', 'Nothing fits'],
  [{ type: 'number', exclusiveMinimum: 2, exclusiveMaximum: 2 }, 'exclusiveMinimum', 'Nothing fits'],
  [{ type: ['string', 'null'], enum: [5, true] }, 'enum', 'Nothing fits the type'],
  [{ type: 'integer', const: 1.5 }, 'const', 'Nothing fits the type'],
])('says of %j that nothing fits, or that it is no bound', (part, keyword, problem) => {
  expect(boundProblem(part)).toMatchObject({ keyword, problem: expect.stringContaining(problem) });
});
