import { describe, expect, it } from 'vitest';

import { checkMerge, mergeOutputs } from '../../src/fold/merge-outputs.js';

const schema = (properties: Record<string, string>) => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).map(([name, type]) => [name, { type }])),
});
const legal = { key: 'legal', outputSchema: schema({ risk: 'number', clauses: 'array', owner: 'string' }) };
const financial = { key: 'financial', outputSchema: schema({ risk: 'number', clauses: 'array', cost: 'number' }) };

describe('a plan of a merge', () => {
  it('is refused where two write one key and nobody says how they meet', () => {
    expect(() => checkMerge([legal, financial], { clauses: 'union' })).toThrow(
      '`risk` is written by legal (number), financial (number): expected a strategy that says how they meet, got none.',
    );
    expect(() => checkMerge([legal, financial], { clauses: 'union', risk: 'max' })).not.toThrow();
  });

  it('is refused where a strategy does not take what they write', () => {
    expect(() => checkMerge([legal, financial], { clauses: 'sum', risk: 'max' })).toThrow(
      '`sum` takes number or integer, and `clauses` is written by legal (array), financial (array).',
    );
  });

  it('is refused where types differ, but for `keyed` and functions', () => {
    const other = { key: 'other', outputSchema: schema({ owner: 'array' }) };
    expect(() => checkMerge([legal, other], { owner: 'last' })).toThrow('only `keyed` or a function');
    expect(() => checkMerge([legal, other], { owner: 'keyed' })).not.toThrow();
    expect(() => checkMerge([legal, other], { owner: () => 'nobody' })).not.toThrow();
  });

  it('takes no name that every object has for a strategy', () => {
    const both = ['a', 'b'].map((key) => ({ key, outputSchema: schema({ constructor: 'string' }) }));
    expect(() => checkMerge(both, {})).toThrow('expected a strategy that says how they meet, got none.');
    const outputs = ['a', 'b'].map((key) => ({ key, status: 'ok', output: { constructor: key } }));
    expect(() => mergeOutputs(outputs, {})).toThrow('expected a strategy that says how they meet, got none.');
  });

  it('is refused where an output is no object', () => {
    expect(() => checkMerge([{ key: 'a', outputSchema: { type: 'string' } }], {})).toThrow(
      'Expected the output of `a` to be an object, got string.',
    );
  });
});

describe('outputs', () => {
  const branches = [
    { key: 'legal', status: 'ok', output: { risk: 3, clauses: ['a', 'b'], owner: 'us' } },
    { key: 'failed', status: 'failed', output: { risk: 99 } },
    { key: 'financial', status: 'ok', output: { risk: 5, clauses: ['b', 'c'], owner: 'them', cost: 7 } },
  ];

  it('are merged key by key, in the order of the branches, without those that are not ok', () => {
    const strategies = { risk: 'max', clauses: 'union', owner: 'first' } as const;
    expect(mergeOutputs(branches, strategies)).toEqual({
      output: { risk: 5, clauses: ['a', 'b', 'c'], owner: 'us', cost: 7 },
      contradictions: [
        {
          key: 'risk',
          said: [
            { by: 'legal', value: 3 },
            { by: 'financial', value: 5 },
          ],
        },
        {
          key: 'owner',
          said: [
            { by: 'legal', value: 'us' },
            { by: 'financial', value: 'them' },
          ],
        },
      ],
    });
  });

  it('meet by a function that is told who said what', () => {
    const said = mergeOutputs(branches, {
      risk: 'sum',
      clauses: 'concat',
      owner: (written) => written.map(({ by, value }) => `${by}: ${String(value)}`).join('; '),
    });
    expect(said.output).toMatchObject({ risk: 8, owner: 'legal: us; financial: them' });
  });

  it('are refused where a key has several writers and no strategy', () => {
    expect(() => mergeOutputs(branches, { risk: 'sum', clauses: 'concat' })).toThrow(
      '`owner` is written by legal, financial',
    );
    expect(() => mergeOutputs([{ key: 'a', status: 'ok', output: 'text' }], {})).toThrow('got "text"');
  });
});
