import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk, manyPerspectives } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 50 });
  await desk.serve();
});

afterAll(() => desk.close());

function wordsFor(concurrency: number): string[] {
  const flags = ['--perspectives', manyPerspectives(4).join(','), '--concurrency', String(concurrency), '--fresh'];
  return ['perspectives', '-', ...flags, '--json'];
}

// What it waits for is counted: how long that takes says more of a busy machine than of fanfold.
it('waits once for the answers to four branches, and four times where they are asked in a row', async () => {
  const gate = desk.model.hold();
  const running = desk.begin(wordsFor(4), { stdin: 'A document.' });
  await desk.model.until(() => gate.waiting.length === 4);
  gate.release();
  const atOnce = JSON.parse((await running.ended).stdout) as Run;
  expect(atOnce.coverage).toEqual({ ok: 4, total: 4 });

  const inARow = await desk.json(wordsFor(1), { stdin: 'A document.' });
  expect(inARow.coverage).toEqual({ ok: 4, total: 4 });
  const calls = desk.model.calls.slice(4);
  expect(calls).toHaveLength(4);
  for (const [at, { arrivedAt }] of calls.entries())
    expect(arrivedAt).toBeGreaterThanOrEqual(calls[at - 1]?.finishedAt ?? 0);
});
