import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';

import { jsonOutput, output } from '../../src/plan/output.js';
import type { Output } from '../../src/plan/output.js';

interface Owed {
  amount: string;
  parts: number[];
  by?: string | undefined;
}

describe('output', () => {
  const expected = {
    type: 'object',
    properties: {
      amount: { type: 'string' },
      parts: { type: 'array', items: { type: 'number' } },
      by: { type: 'string' },
    },
    required: ['amount', 'parts'],
    additionalProperties: false,
  };

  // The compiler checks the types: each stands where an output of `Owed` is expected.
  it.each<[string, Output<Owed>]>([
    ['zod', output(z.object({ amount: z.string(), parts: z.array(z.number()), by: z.string().optional() }))],
    [
      'valibot',
      output(
        toStandardJsonSchema(v.object({ amount: v.string(), parts: v.array(v.number()), by: v.optional(v.string()) })),
      ),
    ],
    [
      'zod mini',
      output(
        mini.object({ amount: mini.string(), parts: mini.array(mini.number()), by: mini.optional(mini.string()) }),
      ),
    ],
    ['arktype', output(type({ amount: 'string', parts: 'number[]', 'by?': 'string' }))],
  ])('takes a schema of %s', (_, { jsonSchema }) => {
    expect(jsonSchema).toEqual({ ...expected, required: expect.arrayContaining(expected.required) });
    expect(jsonSchema.required).toHaveLength(2);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /^Expected a schema that gives JSON Schema, got undefined\.$/],
    ['a text', 'string', /^Expected a schema that gives JSON Schema, got "string"\.$/],
    ['a JSON Schema', { type: 'object' }, /got one of an unknown library that does not\.$/],
    ['plain valibot', v.string(), /got one of valibot that does not\.$/],
  ])('refuses %s', (_, schema, message) => {
    expect(() => output(schema as z.ZodType)).toThrow(message);
  });

  it('refuses effect, whose JSON Schema does not tell what is decoded, and says what to write', () => {
    const said = () => ({ type: 'string' });
    const date = { '~standard': { version: 1, vendor: 'effect', jsonSchema: { input: said, output: said } } };
    expect(() => output(date)).toThrow('which tells of what it takes only');
  });

  it('takes JSON Schema by `jsonOutput`, at its word', () => {
    const made: Output<Owed> = jsonOutput<Owed>(expected);
    expect(made.jsonSchema).toBe(expected);
    expect(() => jsonOutput({ type: 'object' })).toThrow('The object is open');
  });
});
