import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';

import { PerSchema } from '../../src/cpu/per-schema.js';
import { compiledSchema } from '../../src/cpu/schema-check.js';
import { outputFormatOf } from '../../src/model/call/output-format.js';
import { jsonSchemaOf } from '../../src/tools/index.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const schemaOf = (name: string) => ({
  type: 'object',
  properties: { [name]: { type: 'integer', maximum: 9 } },
  required: [name],
  additionalProperties: false,
});

const host = { cpu: { runPattern: () => Promise.reject(new Error('No pattern is expected.')) }, run: 'run' };

describe('a schema', () => {
  it('is compiled once in a process, however many others come between its branches', async () => {
    const compile = vi.spyOn(Ajv2020.prototype, 'compile');
    for (let branch = 0; branch < 3; branch += 1) {
      for (let schema = 0; schema < 100; schema += 1) {
        const { fit } = outputFormatOf(schemaOf(`count-${schema}`), host);
        expect(await fit({ [`count-${schema}`]: 12 })).toEqual({ misfit: expect.stringContaining('must be <= 9') });
      }
    }
    expect(compile).toHaveBeenCalledTimes(100);
  });

  it('is put into the words of the API once', () => {
    expect(outputFormatOf(schemaOf('tone'), host).wire).toBe(outputFormatOf(schemaOf('tone'), host).wire);
  });

  it('of a tool of a module is made once', () => {
    const tool = { name: 'add', description: 'Adds.', input: z.object({ a: z.int() }), run: () => 0 };
    expect(jsonSchemaOf(tool)).toBe(jsonSchemaOf(tool));
  });

  it('has an id that means nothing in another', () => {
    const named = (type: string) => ({ $id: 'https://example.com/same', type });
    expect(compiledSchema(named('string')).check(1)).toContain('must be string');
    expect(compiledSchema(named('number')).check(1)).toBeUndefined();
  });

  it('is refused as often as it comes where it is none', () => {
    for (const _ of [1, 2]) expect(() => compiledSchema({ type: 'text' })).toThrow('schema is invalid');
  });
});

describe('what is remembered', () => {
  const made = (sizes: readonly number[]) => {
    const make = vi.fn<() => object>(() => ({}));
    const perSchema = new PerSchema(make);
    for (const [at, size] of sizes.entries()) perSchema.of({ title: String(at).padEnd(size) });
    return { make, perSchema };
  };

  it('is the latest few hundred', () => {
    const { make, perSchema } = made(Array.from({ length: 400 }, () => 4));
    perSchema.of({ title: '399 ' });
    expect(make).toHaveBeenCalledTimes(400);
    perSchema.of({ title: '0   ' });
    expect(make).toHaveBeenCalledTimes(401);
  });

  it('takes no more than ten million characters', () => {
    const { make, perSchema } = made([4_000_000, 4_000_000, 4_000_000]);
    perSchema.of({ title: '1'.padEnd(4_000_000) });
    expect(make).toHaveBeenCalledTimes(3);
    perSchema.of({ title: '0'.padEnd(4_000_000) });
    expect(make).toHaveBeenCalledTimes(4);
  });
});
