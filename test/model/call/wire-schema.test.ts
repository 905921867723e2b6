import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { outputFormatOf } from '../../../src/model/call/output-format.js';
import { readAnswer } from '../../../src/model/call/read-answer.js';
import { unwrapped, wireOf } from '../../../src/model/call/wire-schema.js';

const host = { cpu: { runPattern: () => Promise.reject(new Error('no thread')) }, run: 'run' } as never;
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
const answered = (value: unknown) => ({
  text: JSON.stringify(value),
  stopReason: 'end_turn',
  refusal: undefined,
  model: 'm',
  usage,
});

const list = { type: 'array', items: { type: 'string' }, description: 'All parts.' };
const part = (kind: string) => ({
  type: 'object',
  properties: { kind: { const: kind }, value: { type: 'string' } },
  required: ['kind', 'value'],
  additionalProperties: false,
});
const union = { anyOf: [part('a'), part('b')] };

describe('a schema whose top is no object', () => {
  it.each<[string, object, object]>([
    ['a list', list, { type: 'array', items: { type: 'string' }, description: 'All parts.' }],
    ['a single value', { type: 'integer', minimum: 1 }, { type: 'integer', description: '{minimum: 1}' }],
  ])('asks for %s inside an object', (_, schema, inside) => {
    expect(wireOf(schema as never)).toEqual({
      type: 'object',
      properties: { value: inside },
      required: ['value'],
      additionalProperties: false,
    });
  });

  it('keeps its definitions where its references look for them', () => {
    const schema = { type: 'array', items: { $ref: '#/$defs/a' }, $defs: { a: { type: 'string' } } };
    expect(wireOf(schema)).toMatchObject({
      $defs: { a: { type: 'string' } },
      properties: { value: { type: 'array', items: { $ref: '#/$defs/a' } } },
    });
  });

  it.each<[string, object, unknown]>([
    ['a list', list, ['x', 'y']],
    ['an empty list', list, []],
    ['a union', union, { kind: 'b', value: 'x' }],
    ['null', { type: ['string', 'null'] }, null],
    ['a word', { enum: ['yes', 'no'] }, 'no'],
  ])('takes %s out of the answer again', async (_, schema, value) => {
    const format = outputFormatOf(schema as never, host);
    expect(await readAnswer(answered({ value }), format)).toEqual({ status: 'ok', output: value });
    // Some gateways do not hold the model to the schema.
    expect(await readAnswer(answered(value), format)).toEqual({ status: 'ok', output: value });
  });

  it('says of the value itself where it does not fit', async () => {
    const reading = await readAnswer(answered({ value: ['x', 3] }), outputFormatOf(list as never, host));
    expect(reading).toMatchObject({ status: 'invalid', output: ['x', 3] });
    expect(reading).toMatchObject({ message: 'The answer does not fit the schema, at /1: it must be string.' });
  });

  it('gives back whatever was put inside', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(unwrapped({ value })).toEqual(value);
      }),
    );
  });
});

describe('a schema whose top is an object', () => {
  it('is sent as it is, and so is known to the journal by the key of before', () => {
    const schema = { ...part('a'), description: 'One part.' };
    expect(wireOf(schema as never)).toEqual(schema);
  });

  it('tells patterns and their flags in the description', () => {
    const text = { type: 'string', allOf: [{ pattern: '^a', patternFlags: 'i' }, { pattern: 'b$' }] };
    const schema = { type: 'object', properties: { text }, required: ['text'], additionalProperties: false };
    expect(wireOf(schema)).toMatchObject({
      properties: {
        text: {
          type: 'string',
          description: '{patterns: [{"pattern":"^a","patternFlags":"i"},{"pattern":"b$"}]}',
        },
      },
    });
  });
});

it('keeps what is said beside a reference', () => {
  const $defs = { Name: { type: 'string', description: 'A name.', pattern: '^[A-Z]' } };
  const properties = {
    from: { $ref: '#/$defs/Name', description: 'Who pays.', default: 'Ann' },
    to: { $ref: '#/$defs/Name' },
    $ref: { type: 'string' },
  };
  const schema = { type: 'object', properties, required: ['from', 'to', '$ref'], additionalProperties: false, $defs };
  const { properties: sent } = wireOf(schema) as { properties: Record<string, { description?: string }> };
  expect(sent['from']?.description).toMatch(/^Who pays\.\nA name\.\s+\{pattern: "\^\[A-Z\]", default: "Ann"\}$/);
  expect(sent['to']).toEqual({ $ref: '#/$defs/Name' });
  expect(sent['$ref']).toEqual({ type: 'string' });
});
