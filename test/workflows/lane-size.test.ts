import { expect, it } from 'vitest';

import { laneSize, moreSize } from '../../workflows/wide/lane-size.js';

it('gives lanes some seconds of work, and shares that shrink with the queue, but never less than one at once each', () => {
  const standing = { width: 10, queued: 800, runners: 4, paceMs: 1_000, isSplit: true };
  expect(laneSize({ ...standing, paceMs: undefined, isSplit: false })).toBe(Infinity);
  expect(laneSize({ ...standing, paceMs: undefined })).toBe(200);
  expect(laneSize({ ...standing, queued: 100_000 })).toBe(200);
  expect(laneSize(standing)).toBe(100);
  expect(laneSize({ ...standing, isSplit: false })).toBe(100);
  expect(laneSize({ ...standing, queued: 20 })).toBe(20);
  expect(laneSize({ ...standing, queued: 20, paceMs: 4_000 })).toBe(20);
  expect(laneSize({ ...standing, queued: 20, paceMs: 100 })).toBe(200);
});

it('gives lanes that go on and ask again shares that shrink to half a round', () => {
  const standing = { width: 10, queued: 800, runners: 4, paceMs: 4_000, isSplit: true };
  expect(moreSize({ ...standing, paceMs: undefined, isSplit: false })).toBe(Infinity);
  expect(moreSize(standing)).toBe(50);
  expect(moreSize({ ...standing, queued: 80 })).toBe(10);
  expect(moreSize({ ...standing, queued: 8 })).toBe(5);
});
