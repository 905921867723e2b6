import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import type { Branch, Run } from '../../src/contract/run.js';
import { clusterAddress } from '../support/cluster.js';
import { Desk } from '../support/fanfold.js';
import { patienceMs } from '../support/patience.js';

const document = { stdin: 'The customer pays 100 euros a month. The supplier is liable for intent only.' };

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

it('merges the readings of four specialists in the order asked, and accounts for each', async () => {
  const { code, stdout } = await desk.fanfold(
    ['perspectives', '-', '--perspectives', 'security,financial,technical,legal', '--json'],
    document,
  );
  expect(code).toBe(0);
  const run = JSON.parse(stdout) as Run;
  expect(Object.keys(run.output as object)).toEqual(['security', 'financial', 'technical', 'legal']);
  expect(run).toMatchObject({
    kind: 'perspectives',
    status: 'complete',
    coverage: { ok: 4, total: 4 },
    offline: false,
  });
  expect(run.branches.map(({ index, status, attempts }) => [index, status, attempts])).toEqual(
    [0, 1, 2, 3].map((index) => [index, 'ok', 1]),
  );
  expect(run.usage.outputTokens).toBe(run.branches.reduce((sum, { usage }) => sum + usage.outputTokens, 0));
  expect(run.usage.outputTokens).toBeGreaterThan(0);
  expect(run.costUsd).toBeCloseTo(
    run.branches.reduce((sum, { costUsd }) => sum + costUsd!, 0),
    10,
  );
  expect(run.costUsd).toBeGreaterThan(0);
  for (const { latency } of run.branches) {
    expect(latency.queuedMs + latency.modelMs + latency.retryWaitMs).toBeLessThanOrEqual(latency.totalMs);
  }
  expect(run.criticalPath).toHaveLength(1);
  if (clusterAddress === undefined) expect(run.webUi).toContain(run.workflowId);
});

it('prints a Branch a line as each completes with --ndjson, then the Run', async () => {
  const gate = desk.model.hold(/perspective: first/);
  const command = desk.start(['perspectives', '-', '--perspectives', 'first,second', '--ndjson'], document);
  await command.said(/"second"/);
  gate.release();
  const { code, stdout } = await command.ended;
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Branch & Run);
  expect(lines.map(({ key }) => key)).toEqual(['second', 'first', undefined]);
  expect(lines[2]!.branches.map(({ key }) => key)).toEqual(['first', 'second']);
});

it('prints the output on standard output and a line per completion on standard error', async () => {
  const { code, stdout, stderr } = await desk.fanfold(
    ['perspectives', '-', '--perspectives', 'legal,financial', '--fresh'],
    document,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# legal\n\n[^]+# financial\n\n/);
  expect(stderr).toMatch(/\[1\/2\] ✓ \w+ /);
  expect(stderr).toMatch(/\[2\/2\] ✓ \w+ .* in, \d+ out · \$\d/);
  expect(stderr).toContain('2 of 2 branches ok');
  if (clusterAddress === undefined) expect(stderr).toMatch(/Web UI: http/);
});

it('says nothing but the output with --quiet', async () => {
  const { stdout, stderr } = await desk.fanfold(['perspectives', '-', '--perspectives', 'legal', '--quiet'], document);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^# legal\n/);
});

it('starts a run and leaves it with --detach; watch, show and list find it', async () => {
  const gate = desk.model.hold(/perspective: held/);
  const detached = await desk.fanfold(
    ['perspectives', '-', '--perspectives', 'held', '--id', 'left', '--detach'],
    document,
  );
  expect(detached).toMatchObject({ code: 0, stdout: 'left\n' });
  await desk.model.until(() => gate.waiting.length === 1);

  const shown = await desk.json(['show', 'left']);
  expect(shown).toMatchObject({ status: 'running', branches: [], coverage: { ok: 0, total: 1 } });
  expect(await desk.json(['list', '--status', 'running'])).toMatchObject([{ workflowId: 'left', status: 'running' }]);

  gate.release();
  const watched = await desk.json(['watch', 'left']);
  expect(watched).toMatchObject({ status: 'complete', workflowId: 'left' });
  expect(await desk.json(['show', 'left'])).toEqual(watched);
  const listed = await desk.json<{ workflowId: string }[]>(['list', '--kind', 'perspectives', '--status', 'complete']);
  expect(listed.find(({ workflowId }) => workflowId === 'left')).toMatchObject({
    branches: 1,
    costUsd: watched.costUsd,
  });
  expect((await desk.fanfold(['list'])).stdout).toMatch(/left +perspectives +complete +1 +\$/);
});

it('leaves the run going on Ctrl-C, exit 130, and says how to come back', async () => {
  const gate = desk.model.hold(/perspective: patient/);
  const command = desk.start(['perspectives', '-', '--perspectives', 'patient', '--id', 'interrupted'], document);
  await desk.model.until(() => gate.waiting.length === 1);
  const { code, stderr } = await command.kill('SIGINT');
  expect(code).toBe(130);
  expect(stderr).toContain('fanfold watch interrupted');
  expect(stderr).toContain('fanfold cancel interrupted');
  gate.release();
  expect(await desk.json(['watch', 'interrupted'])).toMatchObject({ status: 'complete' });
  expect(desk.model.count(/perspective: patient/)).toBe(1);
});

it('attaches to the run of the same id: ten starts at once are one run', async () => {
  const starts = Array.from({ length: 10 }, () =>
    desk.json(['perspectives', '-', '--perspectives', 'once', '--id', 'same'], document),
  );
  const runs = await Promise.all(starts);
  expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
  expect(desk.model.count(/perspective: once/)).toBe(1);
  // Later as well: the answer is there already.
  expect((await desk.json(['perspectives', '-', '--perspectives', 'once', '--id', 'same'], document)).runId).toBe(
    runs[0]!.runId,
  );
  expect(desk.model.count(/perspective: once/)).toBe(1);
});

it('refuses an id that belongs to a run with other input; exit 2', async () => {
  await desk.fanfold(['perspectives', '-', '--perspectives', 'taken', '--id', 'taken'], document);
  const { code, stderr } = await desk.fanfold(['perspectives', '-', '--perspectives', 'taken', '--id', 'taken'], {
    stdin: 'Something else.',
  });
  expect(code).toBe(2);
  expect(stderr).toContain('a run with other input');
  expect(desk.model.count(/perspective: taken/)).toBe(1);
});

it.each([['show'], ['watch'], ['resume'], ['cancel']])(
  '`%s` refuses an id that does not exist; exit 2',
  async (command) => {
    const { code, stderr } = await desk.fanfold([command, 'nobody']);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no run with the id `nobody`.');
  },
);

it('tells failure from partial success by the exit code', async () => {
  desk.model.script({ match: /perspective: broken/, fault: { kind: 'status', status: 400 } });
  desk.model.script({ match: /perspective: cut/, fault: { kind: 'truncated' } });
  const partial = await desk.fanfold(['perspectives', '-', '--perspectives', 'broken,cut,fine', '--json'], document);
  expect(partial.code).toBe(3);
  const run = JSON.parse(partial.stdout) as Run;
  expect(run).toMatchObject({
    status: 'partial',
    coverage: { ok: 1, total: 3 },
    branches: [{ status: 'failed', error: { type: 'BadRequest' } }, { status: 'truncated' }, { status: 'ok' }],
  });
  expect(Object.keys(run.output as object)).toEqual(['fine']);
  expect((await desk.fanfold(['perspectives', '-', '--perspectives', 'broken'], document)).code).toBe(4);
});

it('ends quietly when its reader has had enough', async () => {
  const command = desk.start(['perspectives', '-', '--perspectives', 'legal'], document);
  command.process.stdout!.destroy();
  const { code, stderr } = await command.ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('EPIPE');
});

it('lists runs by when they began, what they cost, how wide they are, and by any filter of Temporal’s', async () => {
  await desk.fanfold(['perspectives', '-', '--perspectives', 'a,b,c', '--id', 'three'], document);
  await desk.fanfold(['perspectives', '-', '--perspectives', 'a', '--id', 'one', '--priority', '2'], document);
  const ids = async (...flags: string[]) => {
    const { stdout } = await desk.inProcess(['list', '--json', ...flags]);
    return (JSON.parse(stdout) as { workflowId: string }[]).map(({ workflowId }) => workflowId);
  };
  await vi.waitFor(async () => expect(await ids('--min-branches', '3')).toContain('three'), patienceMs);
  expect(await ids('--min-branches', '3')).not.toContain('one');
  expect(await ids('--query', "WorkflowId = 'one'")).toEqual(['one']);
  expect(await ids('--since', '1d')).toEqual(expect.arrayContaining(['one', 'three']));
  expect(await ids('--min-cost', '1000')).toEqual([]);
  const { stdout } = await desk.inProcess(['list', '--json', '--since', '1d']);
  const priorities = (JSON.parse(stdout) as { workflowId: string; priority?: number }[])
    .filter(({ workflowId }) => ['one', 'three'].includes(workflowId))
    .map(({ workflowId, priority }) => [workflowId, priority]);
  expect(Object.fromEntries(priorities), 'where it is not the usual one').toEqual({ one: 2, three: undefined });
  expect(await ids('--min-cost', '0.000001')).toContain('three');
  const { code, stderr } = await desk.inProcess(['list', '--query', 'nonsense']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/`--query` to be a list filter that the server understands, got `nonsense`/),
  ]);
});
