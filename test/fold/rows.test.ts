import { describe, expect, it } from 'vitest';

import { rowAnswer, rowsOutput } from '../../src/fold/rows.js';
import { vote } from '../../src/fold/vote.js';

const ok = (output: unknown) => ({ status: 'ok' as const, output });
const lost = { status: 'failed' as const, error: { type: 'Overloaded', message: 'Busy.' } };

describe('the answer about a row', () => {
  it('is that of its one branch, or says why there is none', () => {
    const fold = { samples: 1, vote: undefined };
    expect(rowAnswer([ok({ label: 'a' })], fold)).toEqual({ status: 'ok', answer: { label: 'a' } });
    expect(rowAnswer([lost], fold)).toEqual({ status: 'failed', error: lost.error });
  });

  it('lists the samples in their order, with a gap for one that is lost', () => {
    const answer = rowAnswer([ok('x'), lost, ok('y')], { samples: 3, vote: undefined });
    expect(answer).toEqual({ status: 'failed', answer: ['x', null, 'y'], error: lost.error });
  });

  it('takes what most say, and tells how many of how many that answered', () => {
    const fold = { samples: 4, vote: true as const };
    expect(rowAnswer([ok('Spam.'), ok('other'), ok('spam'), lost], fold)).toEqual({
      status: 'ok',
      answer: 'Spam.',
      votes: 2,
      of: 3,
      tied: false,
    });
  });

  it('says where as many say something else, and takes the first', () => {
    expect(rowAnswer([ok('a'), ok('b')], { samples: 2, vote: true })).toMatchObject({
      answer: 'a',
      votes: 1,
      of: 2,
      tied: true,
    });
  });

  it('counts by one field, and gives the first whole answer that has it', () => {
    const said = [
      { label: 'b', why: '1' },
      { label: 'a', why: '2' },
      { label: 'a', why: '3' },
    ].map(ok);
    expect(rowAnswer(said, { samples: 3, vote: 'label' })).toMatchObject({
      answer: { label: 'a', why: '2' },
      votes: 2,
      of: 3,
    });
  });

  it('takes no word of a sample that is not ok, though it has an answer', () => {
    const cut = { status: 'truncated' as const, output: 'y', error: { type: 'Truncated', message: 'Cut.' } };
    expect(rowAnswer([cut, ok('x'), cut], { samples: 3, vote: true })).toMatchObject({ answer: 'x', votes: 1, of: 1 });
    expect(rowAnswer([cut, ok('x')], { samples: 2, vote: undefined })).toMatchObject({ answer: [null, 'x'] });
    const ways = { samples: 1, vote: undefined, ways: ['a', 'b'], compares: true };
    expect(rowAnswer([cut, ok('x')], ways)).toMatchObject({ status: 'truncated', answer: { a: null, b: 'x' } });
  });

  it('is none where no sample is ok', () => {
    expect(rowAnswer([lost, lost], { samples: 2, vote: true })).toEqual({ status: 'failed', error: lost.error });
  });
});

it('makes the output of a run over rows, a row once', () => {
  const branches = [ok('x'), ok('x'), lost, lost].map((each, index) => ({
    ...each,
    key: `${Math.floor(index / 2) + 1}#${(index % 2) + 1}`,
    index,
    costUsd: 0,
  }));
  expect(rowsOutput(branches, { samples: 2, vote: true })).toEqual([
    { key: '1', answer: 'x', votes: 2, of: 2, tied: false },
  ]);
});

it('gives each answer to who gave it, where some are missing and whatever their order', () => {
  const branches = [
    { ...ok('x'), key: '2/b', index: 3, costUsd: 0 },
    { ...ok('y'), key: '1/b', index: 1, costUsd: 0 },
    { ...ok('z'), key: '1/a', index: 0, costUsd: 0 },
  ];
  expect(rowsOutput(branches, { samples: 1, vote: undefined, ways: ['a', 'b'] })).toEqual([
    { key: '2', answer: { a: null, b: 'x' } },
    { key: '1', answer: { a: 'z', b: 'y' } },
  ]);
});

it('counts each value of a vote as much as it weighs, once where nothing is said of it', () => {
  expect(vote(['a', 'b', 'a'], [1, 5, 1])).toEqual({ value: 'b', votes: 5, of: 3, tied: false });
  expect(vote(['a', 'b', 'a'], [1, 1.5])).toEqual({ value: 'a', votes: 2, of: 3, tied: false });
  expect(vote([{ x: 1 }, { x: 1 }, 'a'])).toEqual({ value: { x: 1 }, votes: 2, of: 3, tied: false });
  expect(vote([])).toBeUndefined();
});
