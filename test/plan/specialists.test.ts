import { expect, it } from 'vitest';

import { planGraph } from '../../src/plan/graph/graph-plan.js';
import { perspectiveOf } from '../../src/plan/specialists.js';

it.each(['constructor', 'toString', '__proto__'])('takes `%s` for a name like any other', (name) => {
  expect(perspectiveOf(name)).toEqual({ key: name, instruction: expect.stringContaining(name) });
});

it('misses an input whose name every object has', () => {
  const flow = { input: { constructor: 'string' as const }, nodes: { a: { prompt: '{{ constructor }}' } } };
  expect(() => planGraph({ flow, values: {} })).toThrow('Expected the input `constructor` (string), got nothing.');
});
