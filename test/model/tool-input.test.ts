import { describe, expect, it } from 'vitest';

import { checkToolSchema } from '../../src/cli/read/check-tool-schema.js';
import { toolInputOf } from '../../src/model/tool-input.js';

const text = { type: 'string' };

describe('what a tool takes', () => {
  it('is sent as it is where its top is an object', () => {
    expect(toolInputOf({ properties: { a: text } })).toEqual({ type: 'object', properties: { a: text } });
  });

  it('becomes one object where its top is a union, which its description tells', () => {
    const anyOf = [{ properties: { a: text, kind: { const: 1 } }, required: ['a', 'kind'] }, { $ref: '#/$defs/b' }];
    const $defs = { b: { properties: { b: text, kind: { const: 2 } }, required: ['b', 'kind'] } };
    expect(toolInputOf({ type: 'object', anyOf, $defs })).toEqual({
      type: 'object',
      $defs,
      properties: { a: text, kind: { anyOf: [{ const: 1 }, { const: 2 }] }, b: text },
      required: ['kind'],
      description: `It must fit ${JSON.stringify({ anyOf })}`,
    });
  });

  it('requires what any part of a combination requires', () => {
    const allOf = [{ properties: { a: text }, required: ['a'] }, { properties: { b: text } }];
    expect(toolInputOf({ allOf })).toMatchObject({ required: ['a'], properties: { a: text, b: text } });
  });

  it.each<[string, object, string]>([
    ['an unknown type', { type: 'object', properties: { a: { type: 'sting' } } }, 'schema is invalid'],
    ['a pattern that does not compile', { properties: { a: { type: 'string', pattern: '(' } } }, 'Invalid regular'],
    ['a reference that leads nowhere', { properties: { a: { $ref: '#/$defs/b' } } }, "can't resolve reference"],
  ])('is refused before the start with %s', (_, schema, message) => {
    const check = () => checkToolSchema(schema as never, 'tools.mjs: tool `look`');
    expect(check).toThrow('tools.mjs: tool `look`: Expected what it takes to be a JSON schema, got one that is none: ');
    expect(check).toThrow(message);
  });

  it('may name an older draft', () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', definitions: { a: text } };
    expect(() => checkToolSchema(schema, 'mcp.json')).not.toThrow();
  });
});
