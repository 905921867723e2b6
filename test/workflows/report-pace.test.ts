import { expect, it } from 'vitest';

import { reportEveryMs } from '../../workflows/wide/report-pace.js';

/** Bytes of a reference in history, such as `{"sha256":"…","bytes":12345},`. */
const bytesOfReference = 96;

it('reports every second at first', () => {
  expect([reportEveryMs('settled', 0), reportEveryMs('all', 0)]).toEqual([1_000, 200]);
});

it.each(['settled', 'all'] as const)('keeps the reports of a day within a payload: join %s', (join) => {
  const lanes = 4;
  let reports = 0;
  for (let ms = 0; ms < 86_400_000; reports += lanes) ms += reportEveryMs(join, reports);
  // The chunks of a million rows are beside them.
  expect(reports * bytesOfReference + 4_000 * 105).toBeLessThan(2_000_000);
});
