import fc from 'fast-check';
import { expect, it } from 'vitest';

import { questionKey } from '../../src/journal/index.js';

const source = 'https://api.anthropic.com';
const marker = { cache_control: { type: 'ephemeral' } };

const body = {
  model: 'claude-haiku-4-5',
  max_tokens: 100,
  system: [{ type: 'text', text: 'You are a lawyer.' }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Review this.' }] }],
  tools: [{ name: 'search', input_schema: { type: 'object', properties: { cache_control: { type: 'string' } } } }],
};

const keyOf = (changed: object) => questionKey({ source, body: { ...body, ...changed } });

/** Plain objects with any names, `__proto__` included, and any strings, lone surrogates and NUL included. */
const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 });

it('is 64 hexadecimal digits, the same in every process and version', () => {
  expect(questionKey({ source, body })).toMatchInlineSnapshot(
    `"747ac88411ee7fa2479f5aa11033868e3f9d479a64195da752e204b16cfe2c43"`,
  );
});

it('does not depend on the order of names, at any depth', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(keyOf({ value: shuffled(value) })).toBe(keyOf({ value }));
    }),
  );
});

it('differs whenever the JSON differs', () => {
  fc.assert(
    fc.property(json, json, (left, right) => {
      const same = JSON.stringify(sortedDeep(left)) === JSON.stringify(sortedDeep(right));
      expect(keyOf({ value: left }) === keyOf({ value: right })).toBe(same);
    }),
  );
});

it('changes with any single value of the request', () => {
  const paths = leaves(body);
  expect(paths.length).toBeGreaterThan(8);
  for (const path of paths) expect(questionKey({ source, body: replaced(body, path) })).not.toBe(keyOf({}));
  const blocks = [
    { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'YQ==' }, title: 'a' },
    { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }] } },
    { type: 'tool_result', tool_use_id: 'x', content: [{ type: 'image', source: { type: 'url', url: 'a' } }] },
  ];
  const filed = { ...body, messages: [{ role: 'user', content: blocks }] };
  for (const path of leaves(filed))
    expect(questionKey({ source, body: replaced(filed, path) })).not.toBe(questionKey({ source, body: filed }));
});

it.each([
  ['an absent and an empty text', { system: '' }, { system: undefined }],
  ['a lone surrogate and its escape', { system: '\ud800' }, { system: '\\ud800' }],
  ['two lone surrogates', { system: '\ud800' }, { system: '\udfff' }],
  ['NUL and nothing', { system: '\0' }, { system: '' }],
  ['composed and decomposed letters', { system: '\u00e9' }, { system: 'e\u0301' }],
  ['a number and its text', { max_tokens: 100 }, { max_tokens: '100' }],
  ['a list and its only element', { stop: ['x'] }, { stop: 'x' }],
  ['null and absence', { system: null }, { system: undefined }],
  ['an own name __proto__ and nothing', { value: JSON.parse('{"__proto__":1}') }, { value: {} }],
])('tells apart %s', (_, left, right) => {
  expect(keyOf(left)).not.toBe(keyOf(right));
});

it('tells apart sources and samples, the first sample being the default', () => {
  const of = (question: { source?: string; sample?: number }) => questionKey({ source, body, ...question });
  expect(new Set([of({}), of({ source: 'offline' }), of({ sample: 1 }), of({ sample: 2 })]).size).toBe(4);
  expect(of({ sample: 0 })).toBe(of({}));
});

it('does not depend on what changes no answer: streaming, and markers of the prompt cache', () => {
  const document = { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }] } };
  const result = { type: 'tool_result', tool_use_id: 'x', content: [{ type: 'text', text: 'b' }] };
  const of = (mark: object) =>
    keyOf({
      ...mark,
      system: [{ ...body.system[0], ...mark }],
      tools: [{ ...body.tools[0], ...mark }],
      messages: [
        {
          role: 'user',
          content: [
            {
              ...document,
              source: { ...document.source, content: [{ ...document.source.content[0], ...mark }] },
              ...mark,
            },
            { ...result, content: [{ ...result.content[0], ...mark }], ...mark },
          ],
        },
      ],
    });
  expect(of(marker)).toBe(of({}));
  expect(keyOf({ stream: true })).toBe(keyOf({}));
});

it('depends on `cache_control` and `stream` where they are part of the question', () => {
  const called = (input: object) =>
    keyOf({ messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'search', input }] }] });
  expect(called(marker)).not.toBe(called({}));
  expect(called({ stream: true })).not.toBe(called({}));
  expect(keyOf({ tools: [{ name: 'search', input_schema: { type: 'object', properties: {} } }] })).not.toBe(keyOf({}));
});

it('takes a body as it is where something else stands in the place of blocks', () => {
  const odd = (value: unknown) => ({
    system: value,
    tools: [value],
    messages: [value, { role: 'user', content: value }, { role: 'user', content: [value, { source: value }] }],
  });
  const values = [null, 'text', 5, [], ['text'], { 0: 'text' }, [[marker]], {}, [null, 'text', ['text']]];
  expect(new Set(values.map((value) => keyOf(odd(value)))).size).toBe(values.length);
  const deep = { source: { content: 'text', ...marker } };
  expect(keyOf(odd([deep]))).not.toBe(keyOf(odd([{ source: { content: 'text' } }])));
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, shuffled(part)]),
  );
}

function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(names.map(([name, part]) => [name, sortedDeep(part)]));
}

function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, part]) => leaves(part, [...path, name]));
}

function replaced(value: object, path: (string | number)[]): object {
  const copy = structuredClone(value) as Record<string, unknown>;
  const last = path.at(-1)!;
  const parent = path.slice(0, -1).reduce((part, name) => part[name] as Record<string, unknown>, copy);
  parent[last] = `${String(parent[last])}, changed`;
  return copy;
}
