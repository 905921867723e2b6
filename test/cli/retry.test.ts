import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk, perspectiveOf } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0, retain: { calls: 10_000, requests: 10_000 } });
  await desk.serve();
});

afterAll(() => desk.close());

/** What the model was asked while `during` went on, by made-up perspective. */
async function askedDuring<Value>(during: () => Promise<Value>) {
  const before = desk.model.calls.length;
  const value = await during();
  return { asked: desk.model.calls.slice(before).map(perspectiveOf).toSorted(), value };
}

const stdin = 'A document. It says something.';

function fail(pattern: RegExp, times?: number): void {
  desk.model.script({ match: pattern, fault: { kind: 'status', status: 400 }, ...(times !== undefined && { times }) });
}

describe('a finished run is retried', () => {
  it('asks only what had failed, in a run that is linked to it, though neither the journal nor --fresh helps', async () => {
    fail(/perspective: (shaky|wobbly)/, 2);
    const words = ['perspectives', '-', '--perspectives', 'quick,shaky,calm,wobbly', '--fresh', '--id', 'once'];
    expect((await desk.fanfold(words, { stdin })).code).toBe(3);
    const before = await desk.json(['show', 'once']);
    expect((await desk.fanfold(['journal', 'clear', '--yes'])).code).toBe(0);

    const { asked, value: run } = await askedDuring(() => desk.json(['retry', 'once', '--attempts', '2']));
    expect(asked).toEqual(['shaky', 'wobbly']);
    expect(run).toMatchObject({
      workflowId: 'once-retry-1',
      kind: 'perspectives',
      status: 'complete',
      retries: { workflowId: 'once', runId: before.runId },
    });
    expect(Object.keys(run.output as object)).toEqual(['quick', 'shaky', 'calm', 'wobbly']);
    const [quick, shaky] = run.branches;
    expect(quick).toMatchObject({
      from: 'once',
      attempts: 0,
      costUsd: 0,
      output: before.branches[0]!.output,
    });
    expect(shaky).not.toHaveProperty('from');
    expect(run.costUsd).toBeCloseTo(run.branches[1]!.costUsd! + run.branches[3]!.costUsd!, 9);

    expect(await desk.json(['show', 'once'])).toMatchObject({ status: 'partial', retriedBy: ['once-retry-1'] });
    const listed = await desk.json<{ workflowId: string; retries: string | null; retriedBy: string[] }[]>(['list']);
    expect(listed.map(({ workflowId, retries, retriedBy }) => [workflowId, retries, retriedBy])).toEqual([
      ['once-retry-1', 'once', []],
      ['once', null, ['once-retry-1']],
    ]);
    const { stdout } = await desk.fanfold(['list']);
    expect(stdout).toMatch(/once-retry-1 .*retries once .*\nonce .*retried by once-retry-1 .*\n/);
    const shown = await desk.fanfold(['show', 'once-retry-1']);
    expect(shown.stderr).toContain('retries once: 2 taken over, at no cost');
    expect(shown.stderr).toMatch(/✓ quick .*from once/);
    const { stdout: path } = await desk.fanfold(['report', 'once', '--out', 'once.html']);
    expect(await readFile(path.trim(), 'utf8')).toContain('"retriedBy":["once-retry-1"]');
  });

  it('begins the same retry once, and refuses what is ok, unknown or complete', async () => {
    const { asked, value: again } = await askedDuring(() => desk.fanfold(['retry', 'once', '--attempts', '2']));
    expect([asked, again.code, again.stderr]).toEqual([[], 0, expect.stringContaining('attached to once-retry-1')]);
    for (const [words, message] of [
      [['once-retry-1'], 'Expected a run with a branch that is not ok, got `once-retry-1`, of which all are.'],
      [['once', 'quick'], 'Expected a branch that is not ok (shaky, wobbly), got `quick`.'],
      [['once', 'constructor'], 'got `constructor`'],
      [['once', '--out', 'x.jsonl'], 'Expected `--out` for a run of summarise, got one of perspectives.'],
      [['once', '--attempts', '0'], 'Expected `--attempts` to be a whole number from 1'],
    ] as const) {
      const { code, stderr } = await desk.fanfold(['retry', ...words]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('takes over what it is not told to begin anew, and is retried in its turn', async () => {
    fail(/perspective: (left|right)/, 3);
    await desk.fanfold(['perspectives', '-', '--perspectives', 'left,middle,right', '--id', 'turns'], { stdin });
    const first = await askedDuring(() => desk.json(['retry', 'turns', 'left']));
    expect(first.asked).toEqual(['left']);
    expect(first.value.branches.map(({ status, from }) => [status, from])).toEqual([
      ['failed', undefined],
      ['ok', 'turns'],
      ['failed', 'turns'],
    ]);
    const second = await askedDuring(() => desk.json(['retry', 'turns-retry-1']));
    expect(second.asked).toEqual(['left', 'right']);
    expect(second.value).toMatchObject({ workflowId: 'turns-retry-2', status: 'complete' });
    expect(second.value.branches.map(({ from }) => from)).toEqual([undefined, 'turns', undefined]);
    expect((await desk.json(['retry', 'turns', 'right'])).workflowId).toBe('turns-retry-3');
    expect((await desk.json(['retry', 'turns', 'left'])).workflowId).toBe('turns-retry-1');
  });

  it('waits for all of them where a quorum is there already, and folds in what came', async () => {
    const gate = desk.model.hold(/perspective: slow/);
    const words = ['perspectives', '-', '--perspectives', 'swift,slow', '--join', 'first', '--fan-in', 'synthesise'];
    const cut = await desk.json([...words, '--id', 'first'], { stdin });
    gate.release();
    expect(cut.branches.map(({ status }) => status)).toEqual(['ok', 'cancelled']);
    const run = await desk.json(['retry', 'first']);
    expect(run).toMatchObject({ status: 'complete', fanIn: { from: ['swift', 'slow'] } });
  });

  it('spends what the former budget has left, or another, and says beforehand what it can cost', async () => {
    fail(/perspective: dear/, 1);
    const words = ['perspectives', '-', '--perspectives', 'cheap,dear', '--budget', '0.07', '--id', 'budget'];
    const { costUsd } = await desk.json(words, { stdin });
    const dry = await desk.json<{ branches: { key: string }[]; upperBoundUsd: number }>([
      'retry',
      'budget',
      '--dry-run',
    ]);
    expect(dry.branches.map(({ key }) => key)).toEqual(['dear']);
    const poor = await desk.fanfold(['retry', 'budget', '--budget', '0.000001']);
    expect([poor.code, poor.stderr]).toEqual([5, expect.stringContaining('Expected `--budget` to cover')]);
    const run = await desk.json(['retry', 'budget']);
    expect(run.status).toBe('complete');
    expect(run.costUsd).toBeLessThanOrEqual(Math.min(dry.upperBoundUsd, 0.07 - costUsd!));
  });

  it('makes a fan-in that failed again, of the answers that are there', async () => {
    desk.model.script({ match: /begin one/, fault: { kind: 'status', status: 400 }, times: 1 });
    const words = ['perspectives', '-', '--perspectives', 'one,two', '--fan-in', 'synthesise', '--id', 'unfolded'];
    expect(await desk.json(words, { stdin })).toMatchObject({ status: 'failed', coverage: { ok: 2, total: 2 } });
    const before = desk.model.total;
    const run = await desk.json(['retry', 'unfolded']);
    expect([desk.model.total - before, run.status]).toEqual([1, 'complete']);
    expect(run.costUsd).toBe(run.fanIn!.calls[0]!.costUsd);
  });

  it('keeps what was ok when a run was cancelled', async () => {
    const gate = desk.model.hold(/perspective: endless/);
    const run = desk.begin(['perspectives', '-', '--perspectives', 'brief,endless', '--id', 'stopped'], { stdin });
    await run.said(/✓ brief/);
    await desk.fanfold(['cancel', 'stopped']);
    await run.ended;
    gate.release();
    const { asked, value } = await askedDuring(() => desk.json(['retry', 'stopped', '--timeout', '30s']));
    expect([asked, value.status, value.branches[0]!.from]).toEqual([['endless'], 'complete', 'stopped']);
  });

  it('says of a kind that cannot be retried that it cannot', async () => {
    desk.model.script({ match: /Unanswerable/, fault: { kind: 'status', status: 400 } });
    await desk.fanfold(['agent', 'Unanswerable', '--id', 'agent-1']);
    const { code, stderr } = await desk.fanfold(['retry', 'agent-1']);
    const said = expect.stringContaining('of the kind agent, which cannot be retried once it has ended');
    expect([code, stderr]).toEqual([2, said]);
  });
});

describe('so are the other kinds', () => {
  it('a graph: with a node, those that read what it writes; items of a list one by one', async () => {
    const flow = {
      input: { items: 'list' },
      nodes: {
        each: { prompt: 'Say perspective: item-{{ item }}', forEach: 'items', onError: 'skip' },
        alone: { prompt: 'Say perspective: alone' },
        after: { prompt: 'Say perspective: after {{ each }}', needs: ['each'] },
      },
    };
    await writeFile(join(desk.directory, 'flow.json'), JSON.stringify(flow));
    fail(/perspective: item-b/, 1);
    const words = ['graph', 'flow.json', '--input', 'items=["a","b","c"]', '--id', 'graph'];
    expect((await desk.json(words)).status).toBe('partial');
    const { asked, value: run } = await askedDuring(() => desk.json(['retry', 'graph']));
    expect(asked).toEqual(['after', 'item-b']);
    expect(run.status).toBe('complete');
    expect(run.branches.map(({ key, from }) => [key, from])).toEqual([
      ['each[0]', 'graph'],
      ['each[1]', undefined],
      ['each[2]', 'graph'],
      ['alone', 'graph'],
      ['after', undefined],
    ]);
  });

  it('validate, whose findings are those of all checks', async () => {
    fail(/criterion|tone/i, 1);
    const words = ['validate', '-', '--checks', 'tone,facts', '--id', 'checked'];
    const first = await desk.json(words, { stdin });
    expect(first.branches.map(({ status }) => status)).toEqual(['failed', 'ok']);
    const { asked, value: run } = await askedDuring(() => desk.json(['retry', 'checked']));
    expect([asked.length, run.status]).toEqual([1, 'complete']);
    expect(run.branches[1]).toMatchObject({ key: 'facts', from: 'checked', costUsd: 0 });
  });

  it('compare, by vote', async () => {
    fail(/variant two/, 1);
    const variants = ['--variant', 'one=Say variant one', '--variant', 'two=Say variant two', '--best', 'vote'];
    await desk.json(['compare', ...variants, '--id', 'compared']);
    const { asked, value: run } = await askedDuring(() => desk.json(['retry', 'compared']));
    expect([asked.length, run.status]).toEqual([1, 'complete']);
  });
});

describe.each([
  { mode: 'direct', count: 12 },
  { mode: 'lanes', count: 300 },
])('summarise, $mode', ({ mode, count }) => {
  it('begins what failed anew while the run goes on, and puts its rows right', async () => {
    const ids = Array.from({ length: count }, (_, at) => `open-${mode}-${String(at).padStart(4, '0')}`);
    const lines = ids.map((id) => `${JSON.stringify({ id, text: `This is ${id}. It owes something.` })}\n`);
    await writeFile(join(desk.directory, 'open.jsonl'), lines.join(''));
    const idOf = (request: unknown) => new RegExp(`open-${mode}-\\d+`).exec(JSON.stringify(request))?.[0] ?? '';
    const failing = [ids[0]!, ids[5]!, ids[count - 2]!];
    desk.model.script({
      match: ({ request }) => failing.includes(idOf(request)),
      fault: { kind: 'status', status: 400 },
      times: failing.length,
    });
    const gate = desk.model.hold(({ request }) => idOf(request) === ids.at(-1));
    const out = join(desk.directory, `open-${mode}.jsonl`);
    const rows = async () => (await readFile(out, 'utf8').catch(() => '')).trim().split('\n');
    const words = [
      'summarise',
      '--from',
      'open.jsonl',
      '--out',
      out,
      '--id',
      `open-${mode}`,
      '--json',
      '--concurrency',
      '50',
    ];
    const command = desk.begin(words);
    while ((await rows()).length < count - 1) await sleep(50);
    expect((await rows())[5]).toContain('"status":"failed"');
    const begun = await desk.fanfold(['retry', `open-${mode}`]);
    expect([begun.code, begun.stderr]).toEqual([0, expect.stringContaining(' anew. See ')]);
    const asked = () => desk.model.calls.filter(({ request }) => failing.includes(idOf(request)));
    while (asked().length < 2 * failing.length) await sleep(50);
    gate.release();
    const { code, stdout, stderr } = await command.ended;
    expect(code, stderr).toBe(0);
    const run = JSON.parse(stdout) as Run;
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: count, total: count } });
    expect(run.branches[5]).toMatchObject({ status: 'ok', attempts: 2 });
    expect(asked()).toHaveLength(2 * failing.length);
    const written = (await rows()).map((row) => JSON.parse(row) as { id: string; status: string });
    expect(written.map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, 'ok']));
  });

  it('asks about the documents that had failed, and makes one file of all rows', async () => {
    const ids = Array.from({ length: count }, (_, at) => `doc-${mode}-${String(at).padStart(4, '0')}`);
    const lines = ids.map((id) => `${JSON.stringify({ id, text: `This is ${id}. It owes something.` })}\n`);
    await writeFile(join(desk.directory, 'docs.jsonl'), lines.join(''));
    const failing = new RegExp(`doc-${mode}-\\d*[37]\\b`);
    const failed = ids.filter((id) => failing.test(id));
    const idOf = (request: unknown) => new RegExp(`doc-${mode}-\\d+`).exec(JSON.stringify(request))?.[0] ?? '';
    desk.model.script({
      match: ({ request }) => failed.includes(idOf(request)),
      fault: { kind: 'status', status: 400 },
      times: failed.length,
    });
    const out = join(desk.directory, `${mode}.jsonl`);
    const rows = async () =>
      (await readFile(out, 'utf8'))
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row) as { id: string; status: string });
    const words = ['summarise', '--from', 'docs.jsonl', '--fresh', '--out', out, '--id', mode, '--quiet'];
    expect((await desk.fanfold(words)).code).toBe(3);
    expect((await rows()).filter(({ status }) => status !== 'ok').map(({ id }) => id)).toEqual(failed);
    await desk.fanfold(['journal', 'clear', '--yes']);

    const before = desk.model.calls.length;
    const { stdout, stderr } = await desk.fanfold(['retry', mode, '--out', out, '--json', '--concurrency', '20']);
    const run = JSON.parse(stdout || stderr) as Run;
    expect(
      desk.model.calls
        .slice(before)
        .map(({ request }) => idOf(request))
        .toSorted(),
    ).toEqual(failed);
    expect(run).toMatchObject({
      status: 'complete',
      coverage: { ok: count, total: count },
      retries: { workflowId: mode },
    });
    expect(run.branches.map(({ key }) => key)).toEqual(ids);
    expect(run.branches.filter(({ from }) => from === mode)).toHaveLength(count - failed.length);
    const anew = run.branches.filter(({ key }) => failed.includes(key));
    expect(run.costUsd).toBeCloseTo(anew.reduce((sum, { costUsd }) => sum + costUsd!, 0));
    expect((await rows()).map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, 'ok']));
  });
});
