import { describe, expect, it } from 'vitest';

import { InputError } from '../../src/contract/errors.js';
import { RowFilter } from '../../src/cli/read/row-filter.js';
import { filled, variablesIn } from '../../src/plan/fill.js';
import { planMap } from '../../src/plan/map-plan.js';
import { questionKey } from '../../src/journal/index.js';
import { buildRequest } from '../../src/model/index.js';

const schema = {
  type: 'object',
  properties: { label: { type: 'string' } },
  required: ['label'],
  additionalProperties: false,
};
const rows = [
  { key: '1', fields: { text: 'Hello {{ text }}' } },
  { key: '2', fields: { text: 'Bye' } },
];

describe('a prompt over columns', () => {
  it('takes names in quotes, in any letters, paths, and two braces as they are', () => {
    const fields = { 'First "name"': 'Ann', größe: 3, address: { city: 'Rome', zip: null }, 'a.b': 'dotted' };
    const prompt = String.raw`{{ "First \"name\"" }} {{größe}} {{ address.city }} {{ a.b }} [{{address.zip}}] {{{{ x }}`;
    expect(filled(prompt, fields)).toBe('Ann 3 Rome dotted [] {{ x }}');
    expect(variablesIn(prompt).map(({ name }) => name)).toEqual([
      'First "name"',
      'größe',
      'address.city',
      'a.b',
      'address.zip',
    ]);
  });

  it('fills values in once: braces in them are text', () => {
    const plan = planMap({ prompt: '{{ text }}!', rows });
    expect('direct' in plan && plan.direct.branches.map(({ request }) => request.prompt)).toEqual([
      'Hello {{ text }}!',
      'Bye!',
    ]);
  });

  it('names the columns that there are where one is missing, or has no value of its own', () => {
    expect(() => filled('{{ subjct }}', { subject: 'x', body: 'y' })).toThrow(/`subjct`.*"subject", "body"/);
    expect(() => filled('{{ toString }}', { subject: 'x' })).toThrow(InputError);
  });

  it.each([
    ['{{ a.city }}', '--where @.a.city`', '@.a.city'],
    ['{{ a.post-code.0 }}', `--where '@.a["post-code"][0]'`, '@.a["post-code"][0]'],
    [String.raw`{{ "First \"name\"" }}`, String.raw`--where '@["First \"name\""]'`, String.raw`@["First \"name\""]`],
  ])('says how to take the rows that have it, in a query that works: %s', (prompt, said, query) => {
    const whole = { a: { city: 'Rome', 'post-code': ['1'] }, 'First "name"': 'Ann' };
    let advice: string | undefined;
    try {
      filled(prompt, { b: 1 });
    } catch (error) {
      advice = (error as InputError).advice;
    }
    expect(advice).toContain(said);
    const filter = new RowFilter(query);
    expect([filter.takes(whole, 'rows:1'), filter.takes({ b: 1 }, 'rows:2')]).toEqual([true, false]);
  });

  it('refuses braces that hold no name', () => {
    expect(() => planMap({ prompt: 'Say {{ }}', rows })).toThrow(/Prompt: Expected \{\{ a name \}\}/);
  });
});

describe('samples', () => {
  it('are branches of their own, and questions of their own for the journal', () => {
    const plan = planMap({ prompt: '{{ text }}', rows, samples: 2 });
    if (!('direct' in plan)) throw new Error('Expected a narrow plan.');
    expect(plan.direct.branches.map(({ key }) => key)).toEqual(['1#1', '1#2', '2#1', '2#2']);
    const keys = plan.direct.branches.map(({ request }) =>
      questionKey({
        source: 'any',
        body: buildRequest(request, undefined),
        ...(request.sample !== undefined && { sample: request.sample }),
      }),
    );
    expect(new Set(keys).size).toBe(4);
    // The first is the question that is asked without samples.
    const once = planMap({ prompt: '{{ text }}', rows });
    const [first] = 'direct' in once ? once.direct.branches : [];
    expect(questionKey({ source: 'any', body: buildRequest(first!.request, undefined) })).toBe(keys[0]);
  });

  it.each([
    [{ samples: 0 }, /`samples` to be a whole number from 1 to 100, got `0`/],
    [{ vote: true as const }, /several `samples`/],
    [{ samples: 3, vote: 'lable', schema }, /a field of the answer, label, got `lable`/],
    [{ samples: 3, vote: 'label' }, /a schema with fields/],
  ])('are refused where they cannot be meant: %j', (options, message) => {
    expect(() => planMap({ prompt: '{{ text }}', rows, ...options })).toThrow(message);
  });
});

it('plans many rows in lanes, a branch for each sample', () => {
  const chunk = { sha256: 'x', bytes: 1, count: 600 };
  const plan = planMap({ prompt: '{{ text }}', chunks: [chunk], samples: 3, schema });
  expect('wide' in plan && plan.wide).toMatchObject({
    total: 600,
    template: { samples: 3, filled: true, outputSchema: schema },
  });
});
