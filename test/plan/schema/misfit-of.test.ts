import { expect, it } from 'vitest';

import { InputError } from '../../../src/contract/errors.js';
import { policyOf } from '../../../src/plan/policy.js';
import { misfitOf } from '../../../src/plan/schema/misfit-of.js';

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Expected a failure, got none.');
}

it('names the field of an option by what it is called in an input', () => {
  expect(misfitOf(errorOf(() => policyOf({ atLeast: 2 }, 1)))).toEqual([
    { path: ['atLeast'], expected: 'a share from 0 to 1', got: '`2`' },
  ]);
});

it('takes no other name for a field', () => {
  const expected = '`docs.parts` to be a list';
  expect(misfitOf(new InputError(`Expected ${expected}, got a text.`))).toEqual([
    { path: [], expected, got: 'a text' },
  ]);
  expect(misfitOf(new Error('It is gone.'))).toEqual([]);
});
