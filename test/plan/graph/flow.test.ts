import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { priorityIn } from '../../../src/contract/priority.js';
import { checkFlow } from '../../../src/plan/graph/check-flow.js';
import type { Flow } from '../../../src/plan/graph/flow.js';
import { contradictionOf, reduce, reducerNames } from '../../../src/fold/reducers.js';
import { parseTemplate, shown, valueAt, variablesOf } from '../../../src/plan/graph/template.js';
import { holds, parseWhen } from '../../../src/plan/graph/when.js';

const number = { type: 'number' };

function closed(properties: object): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

describe('a flow', () => {
  it.each<[string, object, string]>([
    ['no nodes', { nodes: {} }, 'nodes: Expected at least one node.'],
    [
      'a field of another kind',
      { nodes: { a: { prompt: 'A', promt: 'B' } } },
      'nodes.a.promt: Expected one of prompt,',
    ],
    ['a node without a prompt', { nodes: { a: {} } }, 'nodes.a.prompt: Expected `prompt` to be a text, got nothing.'],
    [
      'an unknown need',
      { nodes: { a: { prompt: 'A', needs: ['b'] } } },
      'nodes.a.needs.0: Expected `needs` to name nodes, got `b`',
    ],
    ['a node that needs itself', { nodes: { a: { prompt: 'A', needs: ['a'] } } }, 'got a → a.'],
    [
      'a variable of a node that is not waited for',
      { nodes: { a: { prompt: 'A' }, b: { prompt: '{{ a }}' } } },
      'nodes.b.prompt: `a` is written by a, which `b` does not wait for: add it to `needs`.',
    ],
    ['an open brace', { nodes: { a: { prompt: 'A {{ b c }}' } } }, 'nodes.a.prompt: Expected {{ a name }}'],
    [
      'a condition that is none',
      { nodes: { a: { prompt: 'A', when: 'risk = high' } } },
      'nodes.a.when: Expected a condition',
    ],
    [
      'an unknown reducer',
      { nodes: { a: { prompt: 'A' } }, state: { a: { reducer: 'mix' } } },
      'state.a: Expected `reducer` to be one of keyed,',
    ],
    [
      'two writers without a reducer',
      { nodes: { a: { prompt: 'A', writes: 'k' }, b: { prompt: 'B', writes: 'k' } } },
      'nodes.b.writes: `k` is written by a (string), b (string): say in `state` by which reducer they meet.',
    ],
    [
      'a reducer that does not take what is written',
      { nodes: { a: { prompt: 'A', writes: 'k' }, b: { prompt: 'B', writes: 'k' } }, state: { k: { reducer: 'sum' } } },
      'nodes.b.writes: `sum` takes number or integer, and `k` is written by a (string), b (string).',
    ],
    [
      'writers of different types',
      {
        nodes: { a: { prompt: 'A', writes: 'k' }, b: { prompt: 'B', writes: 'k', schema: number } },
        state: { k: { reducer: 'last' } },
      },
      'nodes.b.writes: `k` is written with different types by a (string), b (number)',
    ],
    [
      'an output that nobody writes',
      { nodes: { a: { prompt: 'A' } }, output: 'b' },
      'output: Expected `output` to be a key that a node writes, got `b`.',
    ],
    [
      'a node that leads nowhere',
      { nodes: { a: { prompt: 'A' }, b: { prompt: 'B' } }, output: 'b' },
      'nodes.a: `a` leads nowhere',
    ],
    [
      'a fallback that is not asked for',
      { nodes: { a: { prompt: 'A', fallback: 1 } } },
      'nodes.a: Expected `onError: fallback` and a `fallback` together',
    ],
    [
      'a schema that the API cannot honour',
      { nodes: { a: { prompt: 'A', schema: { type: 'object' } } } },
      'nodes.a.schema.additionalProperties: ',
    ],
    [
      'a pattern that does not compile',
      { nodes: { a: { prompt: 'A', schema: closed({ b: { type: 'string', pattern: '(' } }) } } },
      'nodes.a.schema.properties.b.pattern: Output schema, at `b`: Expected a regular expression of JavaScript, got "(": ',
    ],
    [
      'an unknown type in a list',
      { nodes: { a: { prompt: 'A', schema: { type: 'array', items: { type: 'sting' } } } } },
      'nodes.a.schema.items.type: Output schema, at `[]`: Unknown type "sting". Types are string,',
    ],
    [
      'a reference that leads nowhere',
      { nodes: { a: { prompt: 'A', schema: closed({ b: { $ref: '#/$defs/c' } }) } } },
      'nodes.a.schema.properties.b.$ref: ',
    ],
    [
      'bounds that nothing fits',
      { nodes: { a: { prompt: 'A', schema: { type: 'number', minimum: 5, maximum: 4 } } } },
      'nodes.a.schema.minimum: Output schema, at the top: Nothing fits `minimum` 5 and `maximum` 4 together.',
    ],
    [
      'no schema',
      { nodes: { a: { prompt: 'A', schema: null } } },
      'nodes.a.schema: Output schema, at the top: Expected',
    ],
    [
      'a priority that there is not',
      { nodes: { a: { prompt: 'A' } }, priority: 6 },
      'priority: Expected a whole number from 1 to 5, got 6.',
    ],
    [
      'a node that writes an input',
      { input: { a: 'string' }, nodes: { a: { prompt: 'A' } } },
      '`a` is an input; a node cannot write it.',
    ],
  ])('with %s is refused before anything is asked', (_, flow, problem) => {
    const problems = checkFlow(flow as Flow).map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(
      problems.some((each) => each.includes(problem)),
      problems.join('\n'),
    ).toBe(true);
  });

  it('that is in order has no problems', () => {
    const flow: Flow = {
      input: { text: 'string' },
      nodes: {
        a: { prompt: '{{ text }}', writes: 'notes' },
        b: { prompt: '{{ text }}', writes: 'notes' },
        c: { prompt: '{{ notes }}', needs: ['a', 'b'] },
      },
      state: { notes: { reducer: 'union' } },
      output: 'c',
    };
    expect(checkFlow(flow)).toEqual([]);
  });
});

describe('a template', () => {
  it('comes apart into text and variables, and loses nothing', () => {
    const piece = fc.oneof(
      fc.string().filter((text) => !text.includes('{') && !text.includes('}')),
      fc.constantFrom('{{ a }}', '{{a.b}}', '{{ a-1 }}'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const again = parseTemplate(pieces.join('')).map((part) =>
          typeof part === 'string' ? part : `{{${part.join('.')}}}`,
        );
        expect(again.join('')).toBe(
          pieces
            .map((each) =>
              each.replace(/\s*(\{\{|\}\})\s*/g, (match, brace) => (each.startsWith('{{') ? brace : match)),
            )
            .join(''),
        );
      }),
    );
    expect(variablesOf('{{ a }} and {{ b.c }} and {{ a }}')).toEqual(['a', 'b']);
    expect([valueAt({ b: [{ c: 1 }] }, ['b', '0', 'c']), shown('x'), shown({ a: 1 })]).toEqual([
      1,
      'x',
      '{\n  "a": 1\n}',
    ]);
  });
});

describe('reducers', () => {
  const written = fc.array(fc.record({ by: fc.string(), value: fc.integer() }), { minLength: 1, maxLength: 8 });

  it.each(reducerNames)('%s leaves the value of a single writer what it is', (name) => {
    const wraps = { keyed: { a: 3 }, concat: [3], union: [3] } as Record<string, unknown>;
    expect(reduce(name, [{ by: 'a', value: 3 }])).toEqual(wraps[name] ?? 3);
  });

  it('give the same whoever was faster: the order is the writers’', () => {
    fc.assert(
      fc.property(written, (all) => {
        const values = all.map(({ value }) => value);
        expect(reduce('first', all)).toBe(values[0]);
        expect(reduce('last', all)).toBe(values.at(-1));
        expect(reduce('sum', all)).toBe(values.reduce((sum, value) => sum + value, 0));
        expect(reduce('min', all)).toBe(Math.min(...values));
        expect(reduce('max', all)).toBe(Math.max(...values));
        expect(reduce('concat', all)).toEqual(values);
        expect(reduce('union', all)).toEqual([...new Set(values)]);
        const majority = reduce('majority', all);
        const count = (value: unknown) => values.filter((each) => each === value).length;
        for (const value of values) expect(count(majority)).toBeGreaterThanOrEqual(count(value));
        expect(contradictionOf('k', 'last', all) === undefined).toBe(new Set(values).size === 1);
        expect(contradictionOf('k', 'concat', all)).toBeUndefined();
      }),
    );
  });

  it('merge objects in depth, and join texts', () => {
    const objects = [
      { a: { x: 1 }, l: [1] },
      { a: { y: 2 }, l: [2], b: 3 },
    ];
    expect(
      reduce(
        'deep',
        objects.map((value, at) => ({ by: String(at), value })),
      ),
    ).toEqual({ a: { x: 1, y: 2 }, l: [1, 2], b: 3 });
    expect(
      reduce(
        'concat',
        ['x', 'y'].map((value) => ({ by: value, value })),
      ),
    ).toBe('x\n\ny');
  });
});

describe('a condition', () => {
  it.each([
    ['{{ risk }} == "high"', 'high', true],
    ['{{ risk }} == high', 'high', true],
    ['{{ risk.level }} != 3', { level: 3 }, false],
    ['{{ n }} >= 2', 2, true],
    ['not {{ list }}', [], true],
    ['{{ list }} contains "a"', ['a', 'b'], true],
    ['{{ missing.deep }}', undefined, false],
  ])('%s of %j is %s', (text, value, expected) => {
    expect(holds(parseWhen(text), value)).toBe(expected);
  });
});

it("has its runs' priority, unless a run says otherwise", () => {
  const flow = { nodes: { a: { prompt: 'A' } }, priority: 2 };
  expect(checkFlow(flow as Flow)).toEqual([]);
  expect([priorityIn({ flow }), priorityIn({ flow, priority: 4 }), priorityIn({})]).toEqual([2, 4, undefined]);
});
