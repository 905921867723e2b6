import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { checkOutputSchema } from '../../src/plan/check-output-schema.js';
import { InputError } from '../../src/contract/errors.js';
import { outputSchema } from '../../src/plan/output-schema.js';
import { compiledSchema } from '../../src/cpu/schema-check.js';

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
    ['a file', z.file(), 'z.file()'],
    ['a promise', z.promise(z.string()), 'z.promise()'],
    ['a bigint literal', z.literal(5n), 'A bigint is no JSON'],
    ['a check of a property', z.string().check(z.property('length', z.number().min(3))), 'z.property()'],
    ['a format that is a function', z.stringFormat('even', (text) => text.length % 2 === 0), 'The format `even`'],
    ['a format without a pattern', z.jwt(), 'The format `jwt`'],
    ['an address of one host', z.url({ hostname: /^example\.com$/ }), 'The hostname and the protocol'],
    ['an address that is changed', z.url({ normalize: true }), 'normalize'],
    ['bounds that nothing fits', z.string().min(5).max(3), 'Nothing fits `minLength` 5 and `maxLength` 3 together.'],
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

  it.each<[string, z.ZodType, object]>([
    ['i', z.string().regex(/^x/i), { pattern: '^x', patternFlags: 'i' }],
    ['m', z.string().regex(/^x/m), { pattern: '^x', patternFlags: 'm' }],
    ['s', z.string().regex(/^x/s), { pattern: '^x', patternFlags: 's' }],
    ['v', z.string().regex(new RegExp('[\\p{L}--[a-z]]', 'v')), { pattern: '[\\p{L}--[a-z]]', patternFlags: 'v' }],
    ['u, which is how JSON Schema reads', z.string().regex(/\p{L}/u), { pattern: '\\p{L}' }],
    ['g, which changes nothing', z.string().regex(/^x/g), { pattern: '^x' }],
    ['y, written out', z.string().regex(/x/y), { pattern: '(?<![\\s\\S])(?:x)' }],
    ['none where that changes nothing', z.string().regex(/^[a-z]+$/), { pattern: '^[a-z]+$' }],
    ['none where it counts', z.string().regex(/^.$/), { pattern: '^.$', patternFlags: '' }],
    ['two', z.string().regex(/a/).regex(/a/i), { allOf: [{ pattern: 'a' }, { pattern: 'a', patternFlags: 'i' }] }],
  ])('keeps the flags of a regular expression: %s', (_, schema, json) => {
    expect(outputSchema(schema)).toEqual({ type: 'string', ...json });
  });

  it('fits the texts that zod fits, whatever the flags', () => {
    const sources = ['^x.$', 'x', '^[^a]$', '\\W', 'X\\-y', 'ſ|K', '^a$', '\\bé', '[a-z]', '^..?$'];
    const flags = fc.constantFrom('', 'i', 'm', 's', 'u', 'iu', 'im', 'g', 'y', 'my', 'iv', 'gis');
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('x', 'X', 'a', 'A', '\n', '-', 'y', 'é', 'ſ', 's', 'K', 'k', '😀') }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...sources), flags, text, (source, own, value) => {
        fc.pre(!(/[uv]/.test(own) && source.includes('\\-')));
        const schema = z.string().regex(new RegExp(source, own));
        const fits = compiledSchema(outputSchema(schema)).check(value) === undefined;
        expect(fits).toBe(schema.safeParse(value).success);
      }),
      { numRuns: 2_000 },
    );
  });

  it("leaves zod's own formats as they are", () => {
    for (const schema of [z.email(), z.iso.date(), z.uuid(), z.string().startsWith('a.'), z.string().lowercase()]) {
      expect(outputSchema(schema)).not.toHaveProperty('patternFlags');
    }
  });

  it('takes lists, unions and single values at the top', () => {
    expect(outputSchema(z.array(z.string()))).toEqual({ type: 'array', items: { type: 'string' } });
    expect(outputSchema(z.union([z.array(z.string()), z.null()]))).toHaveProperty('anyOf');
    expect(outputSchema(z.boolean())).toEqual({ type: 'boolean' });
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

describe('outputSchema of other libraries', () => {
  const standard = (
    vendor: string,
    output: object,
    more: { input?: object; json?: object; strict?: () => void } = {},
  ) => ({
    '~standard': {
      vendor,
      jsonSchema: { input: () => ({ ...(more.input ?? output) }), output: () => ({ ...output }) },
    },
    ...(more.json && { json: more.json }),
    ...(more.strict && { toJsonSchema: more.strict }),
  });
  const object = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };

  it('takes Standard JSON Schema, and closes its objects', () => {
    expect(outputSchema(standard('valibot', object))).toEqual({ ...object, additionalProperties: false });
  });

  it('keeps the flags that arktype loses', () => {
    const schema = standard(
      'arktype',
      { type: 'string', pattern: '^x' },
      { json: { pattern: [{ flags: 'i', rule: '^x' }] } },
    );
    expect(outputSchema(schema)).toEqual({ type: 'string', pattern: '^x', patternFlags: 'i' });
  });

  it.each<[string, object, RegExp]>([
    [
      'a transform',
      standard('valibot', { type: 'number' }, { input: { type: 'string' } }),
      /it takes something else than it gives/,
    ],
    [
      'a default',
      standard('valibot', { ...object, properties: { a: { type: 'string', default: 'x' } } }),
      /it takes something else than it gives/,
    ],
    ['an open object', standard('valibot', { ...object, additionalProperties: true }), /The object is open/],
    [
      'a schema without JSON Schema',
      { '~standard': { vendor: 'valibot' } },
      /Expected a schema that gives JSON Schema, got one of valibot that does not\./,
    ],
    [
      'one expression with different flags in arktype',
      standard('arktype', object, { json: [{ pattern: [{ flags: 'i', rule: 'x' }] }, { pattern: ['x'] }] }),
      /arktype has the regular expression "x" with different flags/,
    ],
    [
      'what arktype leaves out',
      standard(
        'arktype',
        { type: 'string' },
        {
          strict: () => {
            throw new Error('predicate');
          },
        },
      ),
      /arktype cannot say it in JSON Schema: predicate/,
    ],
  ])('refuses %s', (_, schema, message) => {
    expect(() => outputSchema(schema as never)).toThrow(InputError);
    expect(() => outputSchema(schema as never)).toThrow(message);
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
    ['a pattern that does not compile', object({ a: { type: 'string', pattern: '(' } }), /at `a`: Expected a regular/],
    ['a length that is none', object({ a: { type: 'string', minLength: -1 } }), /Expected `minLength` to be a whole/],
    ['multiples of nothing', object({ a: { type: 'number', multipleOf: 0 } }), /to be a number above 0, got 0/],
    ['flags without a pattern', object({ a: { type: 'string', patternFlags: 'i' } }), /beside a `pattern`/],
    ['flags that are none', object({ a: { type: 'string', pattern: 'a', patternFlags: 'gg' } }), /got "gg"/],
    ['bounds with nothing between', object({ a: { type: 'number', exclusiveMinimum: 1, maximum: 1 } }), /Nothing fits/],
    ['literals of another type', object({ a: { type: 'integer', enum: ['a'] } }), /Nothing fits the type "integer"/],
    ['no types', object({ a: { type: [] } }), /Expected at least one type/],
    ['a mistyped type in a union', object({ a: { type: ['string', 'nul'] } }), /Unknown type "nul"/],
    [
      'a definition that is sent and of no use',
      { ...object({}), $defs: { b: {} } },
      /at `\$defs\.b`: It allows anything/,
    ],
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
