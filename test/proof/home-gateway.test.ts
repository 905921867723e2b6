import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { gatewaysIn } from '../../src/server/gateway-place.js';
import { callsByPerspective, Desk, root, Running } from '../support/fanfold.js';
import { freePort } from '../support/free-port.js';

let desk: Desk;
let serving: Running;
let metricsAddress: string;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0, batchMs: 100 }, 'gateway');
  serving = await worker();
});

afterAll(() => desk.close());

async function worker(): Promise<Running> {
  metricsAddress = `127.0.0.1:${await freePort()}`;
  const running = desk.start(['worker'], { env: { FANFOLD_METRICS: metricsAddress } });
  await running.said(/serves fanfold/);
  return running;
}

interface Row {
  name: string;
  costUsd: number;
}

/** Begins a run whose calls wait at the model. */
async function held(id: string, perspectives: readonly string[]) {
  const gate = desk.model.hold(new RegExp(`perspective: ${id}-`));
  const words = ['perspectives', '-', '--id', id, '--perspectives', perspectives.join(','), '--detach'];
  await desk.fanfold(words, { stdin: 'A document.' });
  await desk.model.until(() => gate.waiting.length === perspectives.length);
  return gate;
}

describe('with the gateway of its home, which nobody has asked for', () => {
  it('makes no call again for a wide run whose worker is killed', async () => {
    const rows = Array.from({ length: 60 }, (_, at) =>
      JSON.stringify({ id: `d${at + 1}`, text: `This is number ${at + 1}, of sixty.` }),
    );
    await writeFile(join(desk.directory, 'docs.jsonl'), rows.join('\n'));
    const gate = desk.model.hold({ document: /number (4[1-9]|5\d|60),/ });
    const words = ['summarise', '--from', 'docs.jsonl', '--concurrency', '60', '--id', 'wide', '--detach'];
    await desk.fanfold(words);
    await desk.model.until(() => gate.waiting.length > 0 && desk.model.total >= 40);
    await serving.kill('SIGKILL');
    serving = await worker();
    gate.release();
    const run = await desk.json<Run>(['watch', 'wide']);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 60, total: 60 } });
    expect(desk.model.total).toBe(60);
  });

  it('cuts the calls of a run that is cancelled while no worker is there, once one is', async () => {
    const gate = await held('gone', ['gone-a', 'gone-b']);
    await serving.kill('SIGKILL');
    const cancelling = desk.begin(['cancel', 'gone']);
    await cancelling.ended.catch(() => {});
    expect(gate.waiting).toHaveLength(2);
    serving = await worker();
    await desk.model.idle();
    expect(gate.waiting).toEqual([]);
    expect(await desk.json(['watch', 'gone'])).toMatchObject({ status: 'cancelled' });
    expect(callsByPerspective(desk).get('gone-a')).toBe(1);
  });

  it('has the batches of a run in the ledger, beside the calls that it makes itself', async () => {
    desk.model.script({ match: /perspective: cheap-b/, fault: { kind: 'expired' }, times: 1 });
    const words = ['perspectives', '-', '--id', 'cheap', '--perspectives', 'cheap-a,cheap-b,cheap-c', '--economy'];
    const run = await desk.json<Run>(words, { stdin: 'A document.' });
    expect(run.coverage).toEqual({ ok: 3, total: 3 });
    const { rows } = await desk.json<{ rows: Row[] }>(['spend', '--by', 'run']);
    const row = rows.find(({ name }) => name.startsWith('cheap/'));
    expect(row).toMatchObject({ calls: 3, unpriced: 0 });
    expect(row!.costUsd).toBeCloseTo(run.costUsd!, 9);
  });

  it('shows at the worker’s address, and to doctor, what its gateway has done', async () => {
    await desk.json(['perspectives', '-', '--perspectives', 'seen-a,seen-b'], { stdin: 'A document.' });
    const shown = () => fetch(`http://${metricsAddress}/metrics`).then((response) => response.text());
    await expect.poll(shown).toMatch(/^fanfold_gateway_calls_total\{model="[^"]+"\} [1-9]/m);
    expect(await shown()).toMatch(/^fanfold_gateway_workers(\{\})? 1$/m);
    // The socket's path is short by being relative to the directory of a process.
    const { stdout } = await desk.start(['doctor', '--json']).ended;
    const checks = JSON.parse(stdout) as { name: string; found: string }[];
    expect(checks.find(({ name }) => name === 'gateway')!.found).toMatch(/: 1 worker, \d+ questions, .*\$/);
  });

  it('loses the calls of a gateway that is killed, starts another, and counts no attempt', async () => {
    const gate = await held('lost', ['lost-a', 'lost-b']);
    const [before] = await gatewaysIn(desk.home, '/');
    process.kill(before!.process.pid, 'SIGKILL');
    await desk.model.until(() => callsByPerspective(desk).get('lost-a') === 2);
    gate.release();
    const run = await desk.json<Run>(['watch', 'lost']);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 2, total: 2 } });
    expect(run.branches.map(({ attempts }) => attempts)).toEqual([1, 1]);
    const [after] = await gatewaysIn(desk.home, '/');
    expect(after!.process.pid).not.toBe(before!.process.pid);
  });
});

describe('a program with a worker of its own', () => {
  /** One that was given these settings for its plugin. */
  function program(TEMPORAL_ADDRESS: string, settings: object): Running {
    const words = [join(root, 'test/support/own-worker.mjs'), JSON.stringify(settings)];
    const child = spawn(process.execPath, words, { cwd: desk.directory, env: { ...desk.env, TEMPORAL_ADDRESS } });
    onTestFinished(() => void child.kill('SIGKILL'));
    return new Running(child);
  }

  it('makes no call again that was in flight when it was killed', async () => {
    // A server that was not told to end goes on.
    await serving.kill('SIGKILL');
    const address = await desk.serverAddress();
    const connection = await Connection.connect({ address });
    const client = new Client({ connection });
    const gate = desk.model.hold(/about own-/);
    // Its server is that of its home.
    const first = program(address, {});
    const perspectives = ['a', 'b', 'c'].map((key) => ({ key, instruction: `Speak about own-${key}.` }));
    const input = { document: { inline: 'A document.' }, perspectives };
    const run = await client.workflow.start('perspectives', { workflowId: 'own', taskQueue: 'fanfold', args: [input] });
    await desk.model.until(() => gate.waiting.length === 3);
    await first.kill('SIGKILL');
    // Named, it is the same one.
    const next = program(address, { gateway: 'home' });
    const attempts = async () => (await run.describe()).raw.pendingActivities?.map(({ attempt }) => attempt);
    await expect.poll(attempts, { timeout: 60_000 }).toEqual([2, 2, 2]);
    gate.release();
    expect(await run.result()).toMatchObject({ status: 'complete', output: {} });
    const asked = desk.model.countBy(({ prompt }) => /about (own-\w)/.exec(prompt)?.[1] ?? '');
    expect([asked.get('own-a'), asked.get('own-b'), asked.get('own-c')]).toEqual([1, 1, 1]);
    await next.kill('SIGTERM');
    await connection.close();
  });
});
