import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 50 });
});

afterAll(() => desk.close());

it('tells the answer at the deadline, and what late branches made of it', async () => {
  const gate = desk.model.hold(/perspective: slow/);
  const words = ['perspectives', '-', '--perspectives', 'quick,slow,brisk', '--deadline', '5s', '--late', 'amend'];
  const running = desk.begin([...words, '--id', 'amended'], { stdin: 'A document.' });
  await running.said(/the others may amend it/);
  gate.release();
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/first answer after [\d.]+ s: 2 of 3 branches ok \(quick, brisk\); the others may amend it\./);
  expect(stderr).toMatch(/first answer after [\d.]+ s with 2 ok, amended to 3/);
  expect(stdout.indexOf('# quick')).toBeLessThan(stdout.indexOf('# slow'));
  const shown = await desk.json<Run>(['show', 'amended']);
  expect(shown.firstAnswer).toMatchObject({ keys: ['quick', 'brisk'] });
  expect(shown).toMatchObject({ status: 'complete', coverage: { ok: 3, total: 3 } });
});
