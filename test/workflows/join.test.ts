import { describe, expect, it } from 'vitest';

import { policyOf } from '../../src/plan/policy.js';
import { cutsTheRest, decisionOf, startDeadline, whyLate } from '../../workflows/engine/join.js';

describe('the join of ten branches', () => {
  const quorum = policyOf({ join: 'quorum', quorum: 6, late: 'amend' }, 10);

  it('is decided by a number that is out of reach, which cuts the rest also where late branches amend (Join-3)', () => {
    expect(decisionOf({ ok: 3, lost: 4, total: 10 }, quorum)).toBeUndefined();
    expect(decisionOf({ ok: 3, lost: 5, total: 10 }, quorum)).toBe('too few can be ok');
    expect(cutsTheRest('too few can be ok', quorum)).toBe(true);
  });

  it('leaves the rest to amend the answer where enough are ok, or the deadline is over', () => {
    expect(decisionOf({ ok: 6, lost: 0, total: 10 }, quorum)).toBe('enough are ok');
    expect([cutsTheRest('enough are ok', quorum), cutsTheRest('deadline', quorum)]).toEqual([false, false]);
    const cutting = { late: 'cancel' } as const;
    expect([cutsTheRest('enough are ok', cutting), cutsTheRest('deadline', cutting)]).toEqual([true, true]);
  });

  it('waits for all of them under `settled`, however many are lost (Join-1)', () => {
    expect(decisionOf({ ok: 0, lost: 10, total: 10 }, policyOf({}, 10))).toBeUndefined();
  });

  it('is lost under `all` with the first that is not ok', () => {
    const all = policyOf({ join: 'all' }, 10);
    expect(decisionOf({ ok: 9, lost: 0, total: 10 }, all)).toBeUndefined();
    expect(decisionOf({ ok: 9, lost: 1, total: 10 }, all)).toBe('too few can be ok');
    // All have ended: nothing is left to decide.
    expect(decisionOf({ ok: 10, lost: 0, total: 10 }, all)).toBeUndefined();
  });

  it('is decided under `first` by one that is ok, or when none can be any more (Join-2, Join-3)', () => {
    const first = policyOf({ join: 'first' }, 10);
    expect(decisionOf({ ok: 0, lost: 9, total: 10 }, first)).toBeUndefined();
    expect(decisionOf({ ok: 1, lost: 0, total: 10 }, first)).toBe('enough are ok');
    expect(decisionOf({ ok: 0, lost: 10, total: 10 }, first)).toBe('too few can be ok');
  });

  it('says of a branch that was late what it was late for', () => {
    const policy = policyOf({ deadlineMs: 30_000 }, 10);
    expect(whyLate('deadline', policy)).toBe('Not there at the deadline of 30 s.');
    expect(whyLate('enough are ok', policy)).toBe('Not there when 1 was ok.');
    expect(whyLate('enough are ok', quorum)).toBe('Not there when 6 were ok.');
    expect(whyLate('all ended', policy)).toBe('Not there when the fan-out was decided.');
  });

  it('has no deadline where none is set, and none for Message Batches, which have their own', () => {
    const reached = () => {};
    expect(startDeadline(policyOf({}, 10), reached)).toBeUndefined();
    expect(startDeadline(policyOf({ deadlineMs: 1, economy: true }, 10), reached)).toBeUndefined();
  });
});
