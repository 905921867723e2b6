import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk, root } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 20, retain: { calls: 1_000, requests: 1_000 } });
  await mkdir(join(desk.directory, 'notes'));
  await writeFile(join(desk.directory, 'notes', 'breach.md'), 'A personal data breach is notified within a day.\n');
  await writeFile(join(desk.directory, 'notes', 'pay.md'), 'The customer pays in thirty days after the breach.\n');
  await desk.serve();
});

afterAll(() => desk.close());

interface Output {
  answer: string;
  sources: { number: number; link: string }[];
  citations: { cited: number[]; unknown: number[] };
  tasks: { key: string; question: string }[];
  open: string[];
}

const question = 'When is a personal data breach notified, and when does the customer pay?';
const words = ['research', question, '--sources', `files:notes,files:${join(root, 'examples')}`];

describe('research', () => {
  let run: Run;
  let output: Output;

  beforeAll(async () => {
    run = await desk.json([...words, '--tasks', '2', '--rounds', '2', '--id', 'first']);
    output = run.output as Output;
  });

  it('plans tasks, searches all sources for each, answers each, and reports it all', () => {
    expect(run).toMatchObject({ kind: 'research', status: 'complete' });
    const keys = run.branches.map(({ key }) => key);
    expect(keys[0]).toBe('plan');
    expect(keys.at(-1)).toBe('report');
    for (const { key } of output.tasks) {
      expect(keys).toEqual(expect.arrayContaining([key, `${key}-files:notes`]));
    }
    expect(keys).toContain('gaps-1');
    expect(keys).not.toContain('gaps-2');
    expect(run.branches.map(({ index }) => index)).toEqual(keys.map((_, at) => at));
    expect(output.answer.length).toBeGreaterThan(0);
    // Each step once, by the branch that it waited for longest.
    const steps = run.criticalPath.map((key) =>
      key.replace(/^task-\d+(-files:.*)?$/, (_, search) => (search ? 'search' : 'task')),
    );
    expect(steps).toEqual(['plan', 'search', 'task', 'gaps-1', 'search', 'task', 'report']);
  });

  it('has no more tasks in a round than it may', () => {
    const rounds = run.branches.filter(({ key }) => /^(plan|gaps-\d)$/.test(key)).length;
    expect(output.tasks.length + output.open.length).toBeLessThanOrEqual(2 * rounds);
  });

  it('searches for all tasks of a round at once', () => {
    const searches = run.branches.filter(({ key }) => /^task-[12]-/.test(key));
    const lastStart = Math.max(...searches.map(({ startedAt }) => Date.parse(startedAt!)));
    const answers = run.branches.filter(({ key }) => /^task-[12]$/.test(key));
    expect(searches.length).toBeGreaterThanOrEqual(2);
    for (const { startedAt } of answers) expect(Date.parse(startedAt!)).toBeGreaterThanOrEqual(lastStart);
  });

  it('numbers each source once, whichever tasks have found it', () => {
    const links = output.sources.map(({ link }) => link);
    expect(new Set(links).size).toBe(links.length);
    expect(output.sources.map(({ number }) => number)).toEqual(links.map((_, at) => at + 1));
    expect(links.some((link) => link.endsWith('breach.md'))).toBe(true);
    expect(output.citations.unknown).toEqual([]);
  });

  it('adds up what every branch cost', () => {
    const costs = run.branches.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
    expect(run.costUsd).toBeCloseTo(costs, 9);
  });
});

it('says which budget is the least, and begins with that; a question that its part does not cover is not asked', async () => {
  const refused = await desk.fanfold([...words, '--budget', '0.01']);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('for the plan may cost')]);
  const [, least] = /to be \$([\d.]+) at least/.exec(refused.stderr)!;
  const before = desk.model.total;
  // Long answers: what a tenth of the money covers once is more than a part of six tenths, divided among many.
  const run = await desk.json([...words, '--fresh', '--tasks', '10', '--budget', String(Number(least) * 1.01)]);
  expect(run.branches[0]).toMatchObject({ key: 'plan', status: 'ok' });
  expect(run.branches.flatMap(({ error }) => error?.type ?? [])).toContain('OverBudget');
  expect(desk.model.total - before).toBeLessThan(run.branches.filter(({ key }) => !key.includes('files:')).length);
});

it('fails where nothing is found, and says so', async () => {
  await mkdir(join(desk.directory, 'empty'));
  const { code, stdout } = await desk.fanfold(['research', question, '--sources', 'files:empty', '--json']);
  const run = JSON.parse(stdout) as Run;
  expect([code, run.status, run.error?.message]).toEqual([4, 'failed', 'No task has an answer.']);
});

it.each([
  [['--tasks', '0'], 'Expected `--tasks` to be a whole number from 1 to 10'],
  [['--rounds', '9'], 'Expected `--rounds` to be a whole number from 1 to 5'],
  [['--hedge'], 'Expected no `--join`'],
  [['--sources', 'nowhere'], 'Expected a source to be files:FOLDER'],
])('problems are told before anything is asked: %j', async (flags, message) => {
  const before = desk.model.total;
  const { code, stderr } = await desk.inProcess(['research', question, ...flags]);
  expect([code, stderr, desk.model.total]).toEqual([2, expect.stringContaining(message), before]);
});

describe('with tools', () => {
  const tools = [...words, '--tools', './facts.mjs', '--tasks', '2', '--rounds', '1'];

  beforeAll(async () => {
    await writeFile(
      join(desk.directory, 'facts.mjs'),
      `export default [
        { name: 'breach_notice', description: 'Tells when a personal data breach is notified.', input: z.object({}), run: () => 'A breach is notified by the QUOKKA office.' },
        { name: 'customer_pay', description: 'Tells when the customer does pay.', input: z.object({}), run: () => { throw new Error('closed'); } },
      ];`.replace(/^/, "import { z } from 'zod';\n"),
    );
    await writeFile(
      join(desk.directory, 'changing.mjs'),
      `import { z } from 'zod';
      export default [{ name: 'send', description: 'Sends.', changes: true, input: z.object({}), run: () => 'sent' }];`,
    );
  });

  it('has each task call them beside its searches, and numbers what they return as sources', async () => {
    const run = await desk.json([...tools, '--id', 'tooled']);
    const output = run.output as Output;
    const called = run.branches.filter(({ key }) => /^(breach_notice|customer_pay)-\d+$/.test(key));
    expect(called.map(({ key, status }) => [key.split('-')[0], status])).toEqual(
      expect.arrayContaining([
        ['breach_notice', 'ok'],
        ['customer_pay', 'failed'],
      ]),
    );
    expect(run.status).toBe('partial');
    expect(JSON.stringify(run.branches)).toContain('QUOKKA');
    expect(output.sources.map(({ link }) => link)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^tool:breach_notice\?/)]),
    );
  });

  it('refuses those that change something: nobody is asked', async () => {
    const { code, stderr } = await desk.fanfold([...words, '--tools', './changing.mjs']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Expected tools that change nothing, for nobody is asked, got `send`.'),
    ]);
  });
});

it('lets the API search the web for each task: what it says is a source with a number, and its searches are on the bill', async () => {
  const flags = ['--server-tools', 'web_search', '--max-uses', '2', '--tasks', '2', '--rounds', '1'];
  const run = await desk.json([...words, ...flags, '--fresh']);
  const asked = run.branches.filter(({ key }) => /^task-\d-tools$/.test(key));
  expect(asked.length).toBeGreaterThan(0);
  expect(run).toMatchObject({ status: 'complete', usage: { webSearches: asked.length } });
  for (const { costUsd } of asked) expect(costUsd).toBeGreaterThan(0.01);
  const { sources } = run.output as Output;
  expect(sources.filter(({ link }) => link.startsWith('tool:web_search?'))).toHaveLength(asked.length);
  const searched = desk.model.calls.filter(({ request }) => JSON.stringify(request).includes('web_search_20250305'));
  expect(searched).toHaveLength(asked.length);
  expect(JSON.stringify(searched[0]?.request)).toContain('"max_uses":2');

  const plan = await desk.inProcess([...words, ...flags, '--dry-run']);
  expect(plan.stdout).toContain(', with web_search; at most 1 rounds of 2 tasks');
  expect(plan.stdout).toContain('what the API runs itself costs what nobody knows beforehand');
  const refused = await desk.inProcess([...words, ...flags, '--budget', '1']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Expected no `budget`')]);
});

// The last, for commands after it would each start a worker.
it('goes on after a kill, and asks nothing again that had been answered', async () => {
  const gate = desk.model.hold(/Write the report/);
  const before = desk.model.total;
  const running = desk.start([...words, '--tasks', '1', '--rounds', '1', '--fresh', '--id', 'killed']);
  await desk.model.until(() => gate.waiting.length === 1);
  const asked = desk.model.total - before;
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  await running.kill();
  gate.release();
  const run = await desk.json(['resume', 'killed']);
  expect(run.status).toBe('complete');
  expect(desk.model.total - before).toBe(asked + 1);
});
