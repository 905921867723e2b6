import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { checkOutputSchema } from '../../src/plan/check-output-schema.js';
import { InputError } from '../../src/contract/errors.js';
import { outputSchema } from '../../src/plan/output-schema.js';

describe('outputSchema', () => {
  it('gives plain JSON with closed objects, bounds and patterns kept', () => {
    const steps = z
      .array(z.object({ name: z.string().min(2), when: z.iso.date().optional(), count: z.int().max(9) }))
      .min(2);
    const schema = outputSchema(z.object({ steps, tone: z.enum(['plain', 'warm']).nullable() }).describe('A plan'));
    expect(schema).toEqual({
      description: 'A plan',
      type: 'object',
      properties: {
        steps: {
          type: 'array',
          minItems: 2,
          items: {
            type: 'object',
            properties: {
              name: { type: 'string', minLength: 2 },
              when: { type: 'string', format: 'date', pattern: expect.any(String) },
              count: { type: 'integer', maximum: 9 },
            },
            required: ['name', 'count'],
            additionalProperties: false,
          },
        },
        tone: { anyOf: [{ type: 'string', enum: ['plain', 'warm'] }, { type: 'null' }] },
      },
      required: ['steps', 'tone'],
      additionalProperties: false,
    });
    expect(structuredClone(schema)).toEqual(schema);
  });

  it.each<[string, z.ZodType, string]>([
    ['any', z.any(), 'z.any()'],
    ['unknown', z.unknown(), 'z.unknown()'],
    ['a record', z.record(z.string(), z.number()), 'z.record()'],
    ['a tuple', z.tuple([z.string(), z.number()]), 'z.tuple()'],
    ['a date', z.date(), 'z.date()'],
    ['a map', z.map(z.string(), z.string()), 'z.map()'],
    ['a set', z.set(z.string()), 'z.set()'],
    ['a bigint', z.bigint(), 'z.bigint()'],
    ['a transform', z.string().transform(Number), 'transform'],
    ['a preprocess', z.preprocess(String, z.string()), 'transform'],
    ['a codec', z.stringbool(), 'transform'],
    ['a default', z.string().default('x'), 'z.default()'],
    ['a prefault', z.string().prefault('x'), 'z.prefault()'],
    ['a catch', z.string().catch('x'), 'z.catch()'],
    ['a refinement', z.string().refine(Boolean), 'refinement'],
    ['a trim', z.string().trim(), 'trim()'],
    ['a custom type', z.custom<string>(), 'z.custom()'],
  ])('refuses %s, and names the place', (_, part, what) => {
    const schema = z.object({ steps: z.array(z.object({ items: z.optional(part) })) });
    expect(() => outputSchema(schema)).toThrow(InputError);
    expect(() => outputSchema(schema)).toThrow(/^Output schema, at `steps\[\]\.items`: /);
    expect(() => outputSchema(schema)).toThrow(what);
  });

  it.each<[string, z.ZodType, RegExp]>([
    ['an open object', z.object({ more: z.looseObject({}) }), /at `more`: z.unknown\(\)/],
    ['a catchall', z.object({ more: z.object({}).catchall(z.string()) }), /at `more`: The object is open/],
    ['never', z.object({ no: z.never() }), /at `no`: The API cannot honour `not`/],
    ['undefined', z.object({ no: z.undefined() }), /at `no`: It allows anything/],
    ['any at the top', z.any(), /at the top: z.any\(\)/],
  ])('refuses %s', (_, schema, message) => {
    expect(() => outputSchema(schema)).toThrow(message);
  });

  it('refuses a schema that contains itself', () => {
    const node = z.object({
      get children() {
        return z.array(node);
      },
    });
    expect(() => outputSchema(node)).toThrow(/at `children\[\]`: A schema that contains itself/);
    expect(() => outputSchema(z.object({ node }))).toThrow(/at `node\.children\[\]`: A schema that contains itself/);
  });

  it('takes what is used in two places, unions and intersections', () => {
    const name = z.object({ first: z.string() }).meta({ id: 'name' });
    const shape = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b') }),
    ]);
    const both = z.intersection(z.object({ p: z.string() }), z.object({ q: z.boolean() }));
    expect(outputSchema(z.object({ name, other: name, shape, both }))).toMatchObject({ type: 'object' });
  });

  it('counts optional properties and unions: 24 and 16 are allowed', () => {
    const optional = (count: number) => objectOf(count, z.string().optional());
    const unions = (count: number) => objectOf(count, z.string().nullable());
    expect(() => outputSchema(optional(24))).not.toThrow();
    expect(() => outputSchema(optional(25))).toThrow('at most 24 optional properties, got 25');
    expect(() => outputSchema(unions(16))).not.toThrow();
    expect(() => outputSchema(unions(17))).toThrow('at most 16 unions, got 17');
  });
});

describe('checkOutputSchema', () => {
  const object = (properties: object) => ({ type: 'object', properties, required: [], additionalProperties: false });

  it.each<[string, object, RegExp]>([
    ['no keyword', object({ a: {} }), /at `a`: It allows anything/],
    ['a boolean schema', object({ a: true }), /at `a`: Expected a JSON schema, got true/],
    ['an open object', { type: 'object', properties: {} }, /at the top: The object is open/],
    [
      'a tuple',
      object({ a: { type: 'array', prefixItems: [], items: false } }),
      /at `a`: The API cannot honour `prefixItems`/,
    ],
    ['items of any kind', object({ a: { type: 'array' } }), /at `a`: Its items may be anything/],
    ['allOf', object({ a: { allOf: [] } }), /at `a`: The API cannot honour `allOf`/],
    ['mixed objects', object({ a: { type: ['object', 'null'] } }), /at `a`: Types \["object","null"\] cannot be mixed/],
    ['an unknown type', object({ a: { type: 'date' } }), /at `a`: Unknown type "date"/],
    [
      'anyOf beside a type',
      object({ a: { type: 'string', anyOf: [{ type: 'string' }] } }),
      /at `a`: `anyOf` cannot be combined/,
    ],
    ['an empty union', object({ a: { anyOf: [] } }), /at `a`: A union needs variants/],
    ['an empty enum', object({ a: { enum: [] } }), /at `a`: Expected literals/],
    ['an object as a literal', object({ a: { const: {} } }), /at `a`: Expected literals/],
    [
      'a foreign reference',
      object({ a: { $ref: 'https://example.com' } }),
      /at `a`: Expected a reference into `\$defs`/,
    ],
    ['a reference to nothing', object({ a: { $ref: '#/$defs/b' } }), /at `a`: Expected a reference into `\$defs`/],
    ['a required stranger', { ...object({}), required: ['a'] }, /at the top: `a` is required and is not a property/],
  ])('refuses %s', (_, schema, message) => {
    expect(() => checkOutputSchema(schema as never)).toThrow(InputError);
    expect(() => checkOutputSchema(schema as never)).toThrow(message);
  });

  it('refuses definitions that double at every level, without writing them out', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 14 }, (_, level) => {
        const next = { $ref: `#/$defs/level-${level + 1}` };
        return [`level-${level}`, level === 13 ? { type: 'string' } : object({ a: next, b: next })];
      }),
    );
    expect(() => checkOutputSchema({ ...object({ a: { $ref: '#/$defs/level-0' } }), $defs } as never)).toThrow(
      'Expected an output schema of at most 2,000 parts, got more.',
    );
  });

  it('takes what the API and a check afterwards honour together', () => {
    const a = { type: 'string', pattern: '^a', maxLength: 5, description: 'words' };
    expect(() => checkOutputSchema(object({ a, b: { type: ['string', 'null'] }, c: { const: null } }))).not.toThrow();
  });
});

function objectOf(count: number, part: z.ZodType): z.ZodType {
  return z.object(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, part])));
}
