import { expect, it } from 'vitest';

import { noTally } from '../../src/contract/lanes.js';
import { FailedBranches, withoutEnded } from '../../src/fold/failed-branches.js';

it('knows each branch by how it ended last, and hands all of them over once, in input order', () => {
  const failed = new FailedBranches({ failed: [[4, 5]] });
  failed.add({ 'timed-out': [[0, 0]], failed: [[2, 2]] });
  failed.add({ cancelled: [[5, 5]] });
  failed.add();
  expect(failed.size).toBe(4);
  expect(failed.carried).toEqual({
    failed: [
      [2, 2],
      [4, 4],
    ],
    'timed-out': [[0, 0]],
    cancelled: [[5, 5]],
  });
  expect(failed.takeAll()).toEqual({
    indices: [0, 2, 4, 5],
    byStatus: { failed: 2, 'timed-out': 1, cancelled: 1 },
  });
  expect(failed.size).toBe(0);
  expect(failed.takeAll()).toEqual({ indices: [], byStatus: {} });
});

it('forgets those that end anew, and tells how they had ended (FailedBranches-1)', () => {
  const failed = new FailedBranches();
  expect(failed.forget([[0, 9]])).toEqual({});
  failed.add({ failed: [[0, 2]] });
  expect(failed.forget([[1, 7]])).toEqual({ failed: 2 });
  expect(failed.carried).toEqual({ failed: [[0, 0]] });
});

it('takes their ends out of the sum, and not what they have cost (FailedBranches-1)', () => {
  const tally = { ...noTally, ended: 5, byStatus: { ok: 2, failed: 2, cancelled: 1 }, costUsd: 3, lostUsd: 1 };
  expect(withoutEnded(tally, { failed: 1, cancelled: 1 })).toEqual({
    ...tally,
    ended: 3,
    byStatus: { ok: 2, failed: 1 },
  });
  expect(tally.ended).toBe(5);
});
