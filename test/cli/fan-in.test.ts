import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';

const stdin = 'The customer pays 100 euros a month. The supplier is liable for intent only. '.repeat(10);
const words = ['perspectives', '-', '--perspectives', 'legal,financial,technical'];

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

it('synthesises one text; its call is on the bill and is no branch', async () => {
  const { code, stdout } = await desk.fanfold([...words, '--fan-in', 'synthesise', '--json', '--budget', '0.5'], {
    stdin,
  });
  expect(code).toBe(0);
  const run = JSON.parse(stdout);
  expect(run.output).toEqual(expect.any(String));
  expect(run.branches).toHaveLength(3);
  expect(run.fanIn).toMatchObject({ how: 'synthesise', from: ['legal', 'financial', 'technical'], missing: [] });
  const all = [...run.branches, ...run.fanIn.calls];
  expect(all).toHaveLength(4);
  expect(run.costUsd).toBeCloseTo(
    all.reduce((sum, { costUsd }) => sum + costUsd, 0),
    9,
  );
  const shown = await desk.fanfold([...words, '--fan-in', 'synthesise'], { stdin });
  expect(shown.stderr).toContain('synthesised from legal, financial, technical');
  expect(shown.stderr).toMatch(/\[3\/3\]/);
  expect(shown.stderr).not.toMatch(/\[4\/3\]/);
  // The same answers are the same question: nothing is paid for twice, the fan-in included.
  const again = await desk.json([...words, '--fan-in', 'synthesise'], { stdin });
  expect([again.costUsd, again.output]).toEqual([0, run.output]);
});

it('selects one of the answers', async () => {
  const run = await desk.json([...words, '--fan-in', 'select', '--criteria', 'Which is shortest?'], { stdin });
  const { chosen } = run.fanIn!;
  expect(run.output).toBe(run.branches.find(({ key }) => key === chosen?.key)?.output);
  expect(Object.values(chosen?.votes ?? {}).reduce((sum, votes) => sum + votes, 0)).toBe(2);
});

it.each([
  [['--fan-in', 'mix'], 'Expected `--fan-in` to be one of merge, select, synthesise, got `mix`.'],
  [['--criteria', 'x'], 'Expected `--fan-in` to be select or synthesise where there are `--criteria`, got `merge`.'],
])('refuses %j; exit 2', async (flags, message) => {
  const { code, stderr } = await desk.fanfold([...words, ...flags], { stdin });
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

it('makes one text of more readings of one document than have an activity each, within a bound', async () => {
  const own = Array.from({ length: 60 }, (_, at) => ['--perspective', `view-${at}: What does reader ${at} see?`]);
  const asked = ['perspectives', '-', ...own.flat(), '--fan-in', 'synthesise'];
  const { upperBoundUsd: bound } = await desk.json<{ upperBoundUsd: number }>([...asked, '--dry-run'], { stdin });
  const run = await desk.json<Run>([...asked, '--budget', String(bound)], { stdin });
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 60 }, output: expect.any(String) });
  expect(run.fanIn).toMatchObject({ how: 'synthesise', more: { from: 10, missing: 0 } });
  expect(run.costUsd).toBeLessThanOrEqual(bound);
  const { stdout } = await desk.fanfold(asked, { stdin });
  expect(stdout).toContain(String(run.output).slice(0, 40));
});
