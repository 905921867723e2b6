import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk, root } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({
    latencyMs: 20,
    retain: { calls: 1_000, requests: 1_000 },
    script: [{ match: /held back/, fault: { kind: 'status', status: 400 } }],
  });
  await desk.serve();
});

afterAll(() => desk.close());

const agreement = join(root, 'examples', 'service-agreement.md');
const models = 'claude-opus-5-5,claude-haiku-5-5';

it('asks all models the same at once, and has their answers side by side with latency and cost', async () => {
  const gate = desk.model.hold();
  const before = desk.model.total;
  const running = desk.begin([
    'compare',
    'When is payment due?',
    '--models',
    models,
    '--document',
    agreement,
    '--json',
  ]);
  await desk.model.until(() => desk.model.total === before + 2);
  gate.release();
  const run = JSON.parse((await running.ended).stdout) as Run;
  expect(run).toMatchObject({ kind: 'compare', status: 'complete', coverage: { ok: 2, total: 2 } });
  expect(Object.keys(run.output as object)).toEqual(models.split(','));
  const [opus, haiku] = run.branches;
  expect(opus!.costUsd!).toBeGreaterThan(haiku!.costUsd!);
  expect(opus!.latency.modelMs).toBeGreaterThan(0);
});

it('asks every prompt of every model', async () => {
  const flags = [
    '--variants',
    join(root, 'examples', 'prompts.yaml'),
    '--variant',
    'own=Who pays?',
    '--models',
    models,
  ];
  const run = await desk.json(['compare', ...flags, '--document', agreement]);
  expect(run.branches.map(({ key }) => key).slice(0, 4)).toEqual([
    'own claude-opus-5-5',
    'own claude-haiku-5-5',
    'short claude-opus-5-5',
    'short claude-haiku-5-5',
  ]);
  expect(run.coverage).toEqual({ ok: 8, total: 8 });
});

it('has judges take the best, of a model of their own', async () => {
  const words = ['compare', '--variant', 'a=Who pays?', '--variant', 'b=Who is liable?', '--document', agreement];
  const run = await desk.json([
    ...words,
    '--best',
    'judge',
    '--criteria',
    'Brevity',
    '--judge-model',
    'claude-opus-5-5',
  ]);
  const { chosen, calls } = run.fanIn!;
  expect(['a', 'b']).toContain(chosen?.key);
  expect(run.output).toBe(run.branches.find(({ key }) => key === chosen?.key)?.output);
  expect(calls).toHaveLength(2);
  expect(desk.model.calls.slice(-2).map(({ model }) => model)).toEqual(['claude-opus-5-5', 'claude-opus-5-5']);
});

it('takes what most say, and states of how many', async () => {
  // The offline model answers from what it is given: two prompts ask for the same.
  const same = 'The answer is yes. Say what the answer is.';
  const words = ['compare', '--variant', `a=${same}`, '--variant', 'b=The colour is red. Which colour is it?'];
  const run = await desk.json([
    ...words,
    '--variant',
    `c=${same}`,
    '--variant',
    'd=It is held back.',
    '--best',
    'vote',
  ]);
  expect(run.fanIn).toMatchObject({
    from: ['a'],
    missing: ['d'],
    chosen: { key: 'a', reason: '2 of 3 answers say so.', votes: { a: 2, b: 1, c: 2 } },
    calls: [],
  });
  expect([run.status, run.output]).toEqual(['partial', run.branches[0]?.output]);
});

it('keeps within its budget, the judges included', async () => {
  const words = ['compare', 'Who pays?', '--models', models, '--best', 'judge', '--fresh'];
  const refused = await desk.fanfold([...words, '--budget', '0.01']);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('the fan-in may cost')]);
  const [, judges, question] = /fan-in may cost \$(\d+\.\d+), and one question may cost \$(\d+\.\d+)/.exec(
    refused.stderr,
  )!;
  // It covers the judges and the cheaper model's answer; what the judges may cost is kept for them.
  const budget = (Number(judges) + Number(question)) * 1.02;
  const run = await desk.json([...words, '--budget', budget.toFixed(4)]);
  expect(run.branches.map(({ status, error }) => [status, error?.type])).toEqual([
    ['skipped', 'OverBudget'],
    ['ok', undefined],
  ]);
  expect([run.status, run.branches[0]!.costUsd]).toEqual(['partial', 0]);
  expect(run.costUsd! + run.lostUsd).toBeLessThan(budget);
});

it('goes on after a kill, and asks nobody again who had answered', async () => {
  const gate = desk.model.hold(/Who is bound/);
  const words = ['compare', '--variant', 'first=Who is free?', '--variant', 'second=Who is bound?', '--id', 'killed'];
  const running = desk.start(words);
  await running.said(/✓ first/);
  const before = desk.model.total;
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  await running.kill();
  gate.release();
  const run = await desk.json(['resume', 'killed']);
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 2, total: 2 } });
  expect(desk.model.total - before).toBe(1);
});

describe('problems are told before anything is asked', () => {
  beforeAll(() => writeFile(join(desk.directory, 'bad.yaml'), 'variants: { a: 1 }\n'));

  it.each([
    [['Who?'], 'Expected 2 to 50 answers to compare, got 1 model and 1 prompt'],
    [[], 'Expected a prompt, `--variant` or `--variants`, got none of them.'],
    [['Who?', '--models', 'a,a'], 'Expected every model once, got `a` twice.'],
    [['Who?', '--variant', 'nothing'], 'Expected `--variant` to be name=prompt'],
    [['Who?', '--models', models, '--best', 'luck'], 'Expected `--best` to be one of judge, vote, got `luck`.'],
    [['Who?', '--models', models, '--criteria', 'x'], 'Expected `--best` to be judge where there are `--criteria`.'],
    [['@missing.txt', '--models', models], 'Expected a file, got `missing.txt`, which does not exist.'],
    [['--variants', 'bad.yaml'], 'bad.yaml: at variants.a'],
  ])('%j', async (words, message) => {
    const { code, stderr } = await desk.inProcess(['compare', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
