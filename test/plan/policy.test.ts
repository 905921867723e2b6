import { describe, expect, it } from 'vitest';

import { policyOf } from '../../src/plan/policy.js';

describe('how many must be ok', () => {
  it.each([
    // A share that makes a whole number needs that, and no more: 0.07 times 100 is a little over 7.
    [0.7, 10, 7],
    [0.07, 100, 7],
    [0.55, 100, 55],
    [1, 10, 10],
    // A part of a branch is a branch.
    [0.71, 10, 8],
    [0.75, 10, 8],
    [0.01, 10, 1],
    // One at least, or there is no answer.
    [0, 10, 1],
  ])('is, of a share of %d of %d, %d', (atLeast, branches, needed) => {
    expect(policyOf({ atLeast }, branches).needed).toBe(needed);
  });

  it('is the larger of the share and the quorum', () => {
    expect(policyOf({ join: 'quorum', quorum: 3, atLeast: 0.5 }, 10).needed).toBe(5);
    expect(policyOf({ join: 'quorum', quorum: 8, atLeast: 0.5 }, 10).needed).toBe(8);
  });

  it('is more than half where a quorum has no number', () => {
    expect([policyOf({ join: 'quorum' }, 10).needed, policyOf({ join: 'quorum' }, 5).needed]).toEqual([6, 3]);
  });
});
