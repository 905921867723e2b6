import { describe, expect, it } from 'vitest';

import { policyOf } from '../../src/plan/policy.js';
import { cutsTheRest, decisionOf } from '../../workflows/engine/join.js';

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
  });
});
