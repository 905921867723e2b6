import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk, manyPerspectives } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 1_000 });
  await desk.start(['worker']).said(/serves fanfold/);
});

afterAll(() => desk.close());

async function elapsedMs(branches: number, concurrency: number): Promise<number> {
  const run = await desk.json(
    [
      'perspectives',
      '-',
      '--perspectives',
      manyPerspectives(branches).join(','),
      '--concurrency',
      String(concurrency),
      '--fresh',
    ],
    { stdin: 'A document.' },
  );
  expect(run.coverage).toEqual({ ok: branches, total: branches });
  return run.elapsedMs;
}

it('takes about as long for four branches as for one, and far less than for four in a row', async () => {
  const one = await elapsedMs(1, 1);
  const serial = await elapsedMs(4, 1);
  const parallel = await elapsedMs(4, 4);
  // 1 and 0.25 without any overhead; what is left is room for a busy machine.
  expect(parallel / one).toBeLessThan(1.9);
  expect(parallel / serial).toBeLessThan(0.5);
});
