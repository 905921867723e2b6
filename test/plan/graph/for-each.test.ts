import { describe, expect, it } from 'vitest';

import { checkFlow } from '../../../src/plan/graph/check-flow.js';
import type { Flow } from '../../../src/plan/graph/flow.js';
import { mostItems } from '../../../src/plan/graph/for-each.js';

const number = { type: 'number' };
const list = { type: 'array', items: { type: 'string' } };

function closed(properties: object): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** A flow whose second node runs for each item of a list that the first finds. */
function forEachOf(forEach: string): object {
  const schema = closed({ parts: list, deep: { $ref: '#/$defs/deep' }, name: { type: 'string' } });
  return {
    nodes: {
      find: {
        prompt: 'A',
        schema: { ...schema, $defs: { deep: closed({ er: list, either: { anyOf: [list, number] } }) } },
      },
      b: { prompt: '{{ item }}', needs: ['find'], forEach },
    },
  };
}

describe('a node that runs for each item', () => {
  it.each<[string, object, string]>([
    [
      'a path that is none',
      { nodes: { a: { prompt: 'A', forEach: '{{ b }}' } } },
      'nodes.a.forEach: Expected a name or a path such as find.parts, without braces, got "{{ b }}"',
    ],
    [
      'a list that nobody provides',
      { nodes: { a: { prompt: '{{ item }}', forEach: 'find.parts' } } },
      'nodes.a.forEach: Nobody provides `find`',
    ],
    [
      'a text as a list',
      { nodes: { a: { prompt: 'A' }, b: { prompt: '{{ item }}', needs: ['a'], forEach: 'a' } } },
      'nodes.b.forEach: Expected `forEach` to be a list, got `a`: `a` writes a text. Give `a` a `schema` with a list.',
    ],
    [
      'an input that is no list',
      { input: { t: 'string' }, nodes: { b: { prompt: '{{ item }}', forEach: 't' } } },
      'nodes.b.forEach: Expected `forEach` to be a list, got the input `t` of type string.',
    ],
    [
      'a path to nothing',
      forEachOf('find.prts'),
      'nodes.b.forEach: Expected `forEach` to be a list, got `find.prts`: the schema of `find` has no `prts` (parts, deep, name).',
    ],
    [
      'a path to a text',
      forEachOf('find.name'),
      'nodes.b.forEach: Expected `forEach` to be a list, got `find.name`, of type string by the schema of `find`.',
    ],
    [
      'a path that stops above the list',
      forEachOf('find'),
      'got `find`, of type object by the schema of `find`. Lists inside it: `find.parts`.',
    ],
    [
      'a list in a sum',
      {
        nodes: {
          a: { prompt: 'A', writes: 'k', schema: number },
          b: { prompt: 'B', writes: 'k', schema: number },
          c: { prompt: '{{ item }}', needs: ['a', 'b'], forEach: 'k' },
        },
        state: { k: { reducer: 'sum' } },
      },
      'nodes.c.forEach: Expected `forEach` to be a list, got `k`: `sum` makes a number.',
    ],
  ])('of %s is refused before anything is asked', (_, flow, problem) => {
    const problems = checkFlow(flow as Flow).map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(
      problems.some((each) => each.includes(problem)),
      problems.join('\n'),
    ).toBe(true);
  });

  it.each(['find.parts', 'find.deep.er', 'find.deep.either'])('may run a node for each of %s', (path) => {
    expect(checkFlow(forEachOf(path) as Flow)).toEqual([]);
  });

  it('may run a node for each of a list at the top of an answer, and of one that a reducer makes', () => {
    const nodes = {
      a: { prompt: 'A', writes: 'k', schema: list },
      b: { prompt: 'B', writes: 'k', schema: list },
      c: { prompt: '{{ item }}', needs: ['a', 'b'], forEach: 'k' },
      d: { prompt: '{{ item }}', needs: ['a'], forEach: 'k' },
    };
    expect(checkFlow({ nodes, state: { k: { reducer: 'union' } } })).toEqual([]);
    const keyed = { ...nodes, c: { ...nodes.c, forEach: 'k.b' } };
    expect(checkFlow({ nodes: keyed, state: { k: { reducer: 'keyed' } } })).toEqual([]);
  });

  it('runs at most as often as the schema of the list allows', () => {
    const flow = forEachOf('find.parts') as Flow;
    expect(mostItems('b', flow)).toBeUndefined();
    const { find } = flow.nodes;
    const schema = closed({ parts: { ...list, maxItems: 7 } });
    const bounded = { nodes: { ...flow.nodes, find: { ...find, schema } } } as Flow;
    expect(mostItems('b', bounded)).toBe(7);
    const withFallback = { ...find, schema, onError: 'fallback', fallback: { parts: Array.from('123456789') } };
    expect(mostItems('b', { nodes: { ...flow.nodes, find: withFallback } } as Flow)).toBeUndefined();
  });
});
