import { describe, expect, it } from 'vitest';

import { agreementOn, AgreementSum } from '../../src/fold/agreement.js';
import { rowAnswer, rowsOutput } from '../../src/fold/rows.js';

describe('agreement on one row', () => {
  it('takes texts for the same without regard to case, space and punctuation around them', () => {
    expect(agreementOn(['Spam.', ' spam', '"SPAM"'])).toEqual({ agree: true });
    expect(agreementOn(['Spam', 'Ham'])).toEqual({ agree: false });
  });

  it('compares structured answers field by field, whatever the order of fields', () => {
    const one = { label: 'spam', tags: ['a'], place: { x: 1, y: 2 } };
    const other = { place: { y: 2, x: 1 }, label: 'Spam', tags: ['b'] };
    expect(agreementOn([one, other])).toEqual({ agree: false, fields: { label: true, tags: false, place: true } });
    expect(agreementOn([{ a: 1 }, { a: 1, b: 2 }])).toEqual({ agree: false, fields: { a: true, b: false } });
  });

  it('is none of fewer than two answers, and knows names of Object.prototype', () => {
    expect(agreementOn([])).toBeUndefined();
    expect(agreementOn(['one'])).toBeUndefined();
    expect(agreementOn([{ toString: 'x' }, {}])).toEqual({ agree: false, fields: { toString: false } });
  });
});

it('sums agreement over the rows that can be compared, and cost over all', () => {
  const sum = new AgreementSum(['a', 'b', 'c']);
  const row = (...answers: unknown[]) =>
    answers.map((answer, at) => ({ by: ['a', 'b', 'c'][at] as string, answer, costUsd: at === 2 ? null : 0.5 }));
  sum.add(row('yes', 'yes', 'no'));
  sum.add(row('yes', 'Yes.', undefined));
  sum.add(row(undefined, 'yes', undefined));
  expect(sum.agreement).toEqual({
    rows: 3,
    compared: 2,
    agreement: 0.5,
    tied: 0,
    by: [
      { key: 'a', ok: 2, withMost: 1, costUsd: 1.5 },
      { key: 'b', ok: 3, withMost: 1, costUsd: 1.5 },
      { key: 'c', ok: 1, withMost: 0, costUsd: null },
    ],
  });
});

it('counts a row on which as many say one thing as another as tied, and for nobody', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const sumOf = (...rows: unknown[][]) => {
    const sum = new AgreementSum(keys.slice(0, rows[0]?.length));
    for (const row of rows) sum.add(row.map((answer, at) => ({ by: keys[at] as string, answer, costUsd: 0 })));
    const { tied, by } = sum.agreement;
    return { tied, withMost: by.map(({ withMost }) => withMost) };
  };
  expect(sumOf(['yes', 'no'])).toEqual({ tied: 1, withMost: [0, 0] });
  expect(sumOf(['yes', 'no'], ['no', 'No.'])).toEqual({ tied: 1, withMost: [0.5, 0.5] });
  expect(sumOf([1, 2, 2, 1, 3])).toEqual({ tied: 1, withMost: [0, 0, 0, 0, 0] });
  expect(sumOf([1, 2, 2, 4, 3])).toEqual({ tied: 0, withMost: [0, 1, 1, 0, 0] });
});

describe('several things asked about a row', () => {
  const fold = { samples: 1, vote: undefined, ways: ['a/x', 'b'], compares: true };
  const ok = (output: unknown) => ({ status: 'ok' as const, output });
  const lost = { status: 'failed' as const, error: { type: 'Refused', message: 'No.' } };

  it('has an answer by way, with null for one that is not ok, and the reason of the first', () => {
    expect(rowAnswer([ok('1'), lost], fold)).toEqual({
      status: 'failed',
      answer: { 'a/x': '1', b: null },
      error: lost.error,
    });
    expect(rowAnswer([ok('1')], fold)).toMatchObject({ status: 'skipped', answer: { 'a/x': '1', b: null } });
  });

  it('is called by the key of its row, whatever the way is called', () => {
    const branches = [ok('1'), ok('2')].map((each, index) => ({
      ...each,
      key: `r/1/${fold.ways[index]}`,
      index,
      costUsd: 0,
    }));
    expect(rowsOutput(branches, fold)).toMatchObject({ rows: [{ key: 'r/1', agree: false }], agreement: { rows: 1 } });
  });
});
