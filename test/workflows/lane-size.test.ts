import { expect, it } from 'vitest';

import { laneSize } from '../../workflows/wide/lane-size.js';

it('gives lanes some seconds of work, and shares that shrink with the queue, but never less than one at once each', () => {
  expect(laneSize({ width: 250, queued: 1_000, runners: 4, paceMs: undefined })).toBe(250);
  expect(laneSize({ width: 10, queued: 100_000, runners: 4, paceMs: 1_000 })).toBe(200);
  expect(laneSize({ width: 10, queued: 800, runners: 4, paceMs: 1_000 })).toBe(100);
  expect(laneSize({ width: 10, queued: 20, runners: 4, paceMs: 1_000 })).toBe(10);
});
