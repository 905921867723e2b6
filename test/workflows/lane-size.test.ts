import { expect, it } from 'vitest';

import { laneSize } from '../../workflows/wide/lane-size.js';

it('gives lanes some seconds of work, and shares that shrink with the queue, but never less than one at once each', () => {
  const standing = { width: 10, queued: 800, runners: 4, paceMs: 1_000, isSplit: true };
  expect(laneSize({ ...standing, paceMs: undefined, isSplit: false })).toBe(Infinity);
  expect(laneSize({ ...standing, paceMs: undefined })).toBe(200);
  expect(laneSize({ ...standing, queued: 100_000 })).toBe(200);
  expect(laneSize(standing)).toBe(100);
  expect(laneSize({ ...standing, queued: 20 })).toBe(20);
  expect(laneSize({ ...standing, queued: 20, paceMs: 100 })).toBe(200);
});
