import { describe, expect, it } from 'vitest';

import { workflowTypes } from '../../../src/contract/names.js';
import { inputSchemas } from '../../../src/plan/schema/inputs.js';
import { MisfitError, parseInput } from '../../../src/plan/schema/parse.js';
import type { Misfit } from '../../../src/plan/schema/misfit.js';
import { firstMisfit } from '../../../src/plan/schema/misfit.js';
import type { Schema } from '../../../src/plan/schema/schema.js';
import { examples } from './examples.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Path = (string | number)[];

/** Fields that take any names, or a boolean, so that what corrupts others is right there. */
const takesNames: ReadonlySet<string | number> = new Set(['inputSchema', 'schema', 'fields', 'vote']);

describe.each(workflowTypes)('the input of %s', (kind) => {
  const schema: Schema = inputSchemas[kind];
  const whole = JSON.parse(JSON.stringify(examples[kind])) as { [name: string]: Json };

  it('passes as it is', () => {
    expect(parseInput(kind, whole)).toEqual(whole);
  });

  it.each(places(whole).filter(({ path }) => !isOpen(schema, path) && !takesNames.has(path.at(-1)!)))(
    'is refused where $name is corrupted',
    ({ path }) => {
      for (const wrong of corruptions(at(whole, path))) {
        const misfit = refusalOf(() => parseInput(kind, replaced(whole, path, wrong)));
        // A variant that is no longer told from others is refused as a whole.
        expect(
          path.join('.').startsWith(misfit.path.join('.')) || misfit.path.join('.').startsWith(path.join('.')),
          `${path.join('.')} ${JSON.stringify(wrong)} ${JSON.stringify(misfit)}`,
        ).toBe(true);
      }
    },
  );

  it('is refused with a field that nobody knows, with its path', () => {
    for (const { path } of [{ path: [] as Path }, ...places(whole)].filter(({ path }) =>
      isFields(at(whole, path), schema, path),
    )) {
      const { path: got } = refusalOf(() => parseInput(kind, replaced(whole, [...path, 'nobodyKnowsThis'], 1)));
      expect(got).toEqual([...path, 'nobodyKnowsThis']);
    }
  });

  it.each([undefined, null, 5, 'text', [], true])('is no %j', (input) => {
    expect(refusalOf(() => parseInput(kind, input)).path).toEqual([]);
  });

  it('takes null for what is left out, everywhere', () => {
    const nulls = Object.fromEntries(Object.keys(inputSchemas[kind].properties).map((name) => [name, null]));
    expect(parseInput(kind, { ...nulls, ...whole })).toEqual(whole);
  });
});

describe('a refusal', () => {
  it.each([
    [
      'perspectives',
      { dokument: { inline: 'x' } },
      'Expected `dokument` to be left out, as there is no such field (did you mean `document`?), got {"inline":"x"}.',
    ],
    [
      'perspectives',
      { document: { inline: 'x' }, max_tokens: 5 },
      'Expected `max_tokens` to be left out, as there is no such field (did you mean `maxTokens`?), got 5.',
    ],
    [
      'perspectives',
      { document: 'x' },
      'Expected `document` to be an object with `inline`, or an object with `sha256` and `bytes`, or an object with `sha256` and `bytes` and `mediaType` and `name` and `extent`, got "x".',
    ],
    [
      'perspectives',
      { document: { inline: 'x' }, timeoutMs: -1 },
      'Expected `timeoutMs` to be a whole number of 1 to 2147483647, got -1.',
    ],
    [
      'perspectives',
      { document: { inline: 'x' }, timeoutMs: Number.NaN },
      'Expected `timeoutMs` to be a whole number of 1 to 2147483647, got NaN.',
    ],
    [
      'perspectives',
      { document: { inline: ' ' } },
      'Expected `document.inline` to be a text of 1 character or more, got " ".',
    ],
    [
      'perspectives',
      { document: { inline: 'x' }, join: 'some' },
      'Expected `join` to be one of all, settled, quorum, first, got "some".',
    ],
    [
      'summarise',
      {
        documents: [
          { key: 'a', text: { inline: '' } },
          { key: 'a', text: { inline: '' } },
        ],
      },
      'Expected `documents[1].key` to be another than that of number 1, got "a".',
    ],
    [
      'summarise',
      { documents: [{ key: '', text: { inline: '' } }] },
      /^Expected `documents\[0\]\.key` to be a text of 1 to 200 characters/,
    ],
    [
      'summarise',
      { documents: [{ key: 'a\nb', text: { inline: '' } }] },
      /^Expected `documents\[0\]\.key` to be a text of 1 to 200 characters/,
    ],
    [
      'gather',
      { question: 'q', sources: [{ name: 'a', kind: 'ftp' }] },
      'Expected `sources[0].kind` to be one of "files", "http", got "ftp".',
    ],
  ] as const)('of %s %j says where, what was expected and what came', (kind, input, message) => {
    expect(() => parseInput(kind, input)).toThrow(message);
  });

  it('never throws anything else', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [circle, 1n, Symbol('s'), () => {}]) {
      for (const kind of workflowTypes) expect(() => parseInput(kind, value)).toThrow(MisfitError);
      expect(() => firstMisfit(inputSchemas.perspectives, { document: value })).not.toThrow();
    }
  });
});

function refusalOf(parse: () => unknown): Misfit {
  try {
    parse();
  } catch (error) {
    if (error instanceof MisfitError) return error.misfit;
    throw error;
  }
  throw new Error('Expected a refusal, got none.');
}

/** Every place inside a value. */
function places(value: Json, path: Path = []): { path: Path; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([part, inner]) => {
    const place = [...path, part];
    return [{ path: place, name: place.join('.') }, ...places(inner, place)];
  });
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, part) => (inner as { [name: string]: Json })[part] as Json, value);
}

function replaced(value: Json, [part, ...rest]: Path, wrong: unknown): unknown {
  if (part === undefined) return wrong;
  if (Array.isArray(value)) return value.map((item, place) => (place === part ? replaced(item, rest, wrong) : item));
  return { ...(value as object), [part]: replaced((value as { [name: string]: Json })[part] ?? null, rest, wrong) };
}

/** Values of other types than the one that is there, and numbers that no count can be. */
function corruptions(right: Json): unknown[] {
  const wrong: unknown[] = [[[]], { nobodyKnowsThis: 1 }, Number.NaN];
  // A name may stand for an object, here and there.
  if (typeof right !== 'string' && (typeof right !== 'object' || Array.isArray(right))) wrong.push('a text');
  if (typeof right !== 'boolean') wrong.push(true);
  if (typeof right === 'number') wrong.push(-1, 1e300, Infinity);
  if (typeof right !== 'number') wrong.push(5);
  return wrong;
}

/** Whether the schema takes anything at that place. */
function isOpen(schema: Schema, path: Path): boolean {
  const [part, ...rest] = path;
  if (part === undefined)
    return schema.type === undefined && !schema.anyOf && !schema.enum && schema.const === undefined;
  if (schema.type === 'array') return isOpen(schema.items, rest);
  if (schema.type === 'object')
    return isOpen(schema.properties?.[part] ?? (schema.additionalProperties as Schema), rest);
  const variants = variantsOf(schema).filter((variant) =>
    variant.type === 'array'
      ? typeof part === 'number'
      : variant.type === 'object' && variant.properties?.[part] !== undefined,
  );
  return variants.length === 0 ? variantsOf(schema).length === 0 : variants.some((variant) => isOpen(variant, path));
}

function variantsOf(schema: Schema): readonly Schema[] {
  return schema.type === undefined ? (schema.anyOf ?? []) : [];
}

/** Whether at that place there is an object of named fields. */
function isFields(value: Json, schema: Schema, path: Path): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !isOpen(schema, [...path, 'nobodyKnowsThis']) && !isMap(schema, path);
}

function isMap(schema: Schema, [part, ...rest]: Path): boolean {
  if (part === undefined) return schema.type === 'object' && schema.properties === undefined;
  if (schema.type === 'array') return isMap(schema.items, rest);
  if (schema.type === 'object')
    return isMap(schema.properties?.[part] ?? (schema.additionalProperties as Schema), rest);
  return variantsOf(schema).some((variant) => variant.type === 'object' && isMap(variant, [part, ...rest]));
}
