import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk, manyPerspectives } from '../support/fanfold.js';

const stdin = 'The customer pays 100 euros a month. The supplier is liable for intent only. '.repeat(40);
const words = ['perspectives', '-', '--perspectives', 'legal,financial,technical', '--fresh'];

interface DryRun {
  branches: { upperBoundUsd: number }[];
}

let desk: Desk;
let boundUsd: number;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
  boundUsd = (await desk.json<DryRun>([...words, '--dry-run'], { stdin })).branches[0]!.upperBoundUsd;
});

afterAll(() => desk.close());

it('refuses what the budget cannot cover, before the first call; exit 5', async () => {
  const { code, stderr } = await desk.fanfold([...words, '--budget', String(boundUsd / 2)], { stdin });
  expect(code).toBe(5);
  expect(stderr).toContain('Expected `--budget` to cover what the run must do at least');
  expect(desk.model.total).toBe(0);
});

it.each([
  [['--budget', '0'], 'Expected `--budget` to be US dollars, more than 0, such as 0.50, got `0`.'],
  [['--budget', 'much'], 'got `much`'],
  [['--budget', '1', '--model', 'claude-unheard-of'], 'Expected a model whose price is known'],
])('refuses %j; exit 2', async (flags, message) => {
  const { code, stderr } = await desk.fanfold([...words, ...flags], { stdin });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

it('never spends more, skips what no longer fits, and says so; exit 3', async () => {
  const many = ['perspectives', '-', '--perspectives', manyPerspectives(12).join(','), '--fresh'];
  const first = desk.model.total;
  const budget = boundUsd * 1.5;
  const { code, stdout } = await desk.fanfold([...many, '--budget', budget.toFixed(6), '--json'], { stdin });
  const run = JSON.parse(stdout);
  expect(code).toBe(3);
  expect(run.costUsd).toBeLessThanOrEqual(budget);
  const skipped = run.branches.filter(({ status }: { status: string }) => status === 'skipped');
  expect(skipped.length).toBeGreaterThan(0);
  expect(skipped[0]).toMatchObject({ attempts: 0, costUsd: 0, error: { type: 'OverBudget' } });
  expect(run.coverage.ok).toBe(12 - skipped.length);
  expect(desk.model.total - first).toBe(run.coverage.ok);
  const sum = run.branches.reduce((total: number, branch: { costUsd: number }) => total + branch.costUsd, 0);
  expect(run.costUsd).toBeCloseTo(sum, 9);
});

it('spends nothing more than it has when calls are lost on the way', async () => {
  const rule = desk.model.script({ fault: { kind: 'reset-in-body' }, times: 2 });
  const budget = boundUsd * 3.5;
  const run = await desk.json([...words, '--budget', budget.toFixed(6), '--concurrency', '1'], { stdin });
  rule[0]?.remove();
  expect(run.costUsd! + run.lostUsd).toBeLessThanOrEqual(budget);
  expect(run.lostUsd).toBeGreaterThan(0);
  expect(run.branches[0]).toMatchObject({ status: 'ok', attempts: 3 });
});

it('keeps within its budget though its worker is killed half way', async () => {
  const slow = desk.model.script({ fault: { kind: 'slow', ms: 150 } });
  const many = ['perspectives', '-', '--perspectives', manyPerspectives(12).join(','), '--fresh', '--concurrency', '2'];
  const before = desk.model.total;
  const budget = boundUsd * 6;
  const command = desk.start([...many, '--budget', budget.toFixed(6), '--json'], { stdin });
  await desk.model.until(({ total }) => total - before >= 5);
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  const run = JSON.parse((await command.ended).stdout);
  slow[0]?.remove();
  expect(run.costUsd + run.lostUsd).toBeLessThanOrEqual(budget);
  // The calls that were out when the worker died may have been paid for.
  expect(run.lostUsd).toBeGreaterThan(0);
  expect(run.coverage.ok).toBeGreaterThan(5);
});
