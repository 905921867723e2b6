import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { clusterAddress } from '../support/cluster.js';
import { callsByPerspective, Desk, manyPerspectives } from '../support/fanfold.js';
import type { Running } from '../support/fanfold.js';

const names = manyPerspectives(40);
const firstHalf = names.slice(0, 20);
const secondHalf = names.slice(20);

let desk: Desk;

beforeEach(async () => {
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
});

afterEach(() => desk.close());

/** A run of 40 branches with the first half answered and recorded, and the calls of the second half in flight. */
async function halfDone(start: (words: readonly string[]) => Promise<unknown>): Promise<{ release: () => void }> {
  const gate = desk.model.hold(/perspective: view-(2[1-9]|3\d|40)/);
  await start(['perspectives', '-', '--id', 'half', '--perspectives', names.join(',')]);
  await desk.model.until(() => gate.waiting.length === secondHalf.length);
  await desk.shows('half', ({ coverage }) => coverage.ok === firstHalf.length);
  return { release: () => gate.release() };
}

function startDetached(words: readonly string[]): Promise<unknown> {
  return desk.fanfold([...words, '--detach'], { stdin: 'A document about something.' });
}

async function worker(flags: readonly string[] = []): Promise<Running> {
  const running = desk.start(['worker', ...flags]);
  await running.said(/serves fanfold/);
  return running;
}

function expectWhole(run: Run): void {
  expect(run.status).toBe('complete');
  expect(run.coverage).toEqual({ ok: 40, total: 40 });
  expect(run.branches.map(({ key }) => key)).toEqual(names);
  expect(Object.keys(run.output as object)).toEqual(names);
}

/** How often the model was called for each branch of the first half, and of the second. */
function calls(): { first: number[]; second: number[] } {
  const counts = callsByPerspective(desk);
  return {
    first: firstHalf.map((name) => counts.get(name) ?? 0),
    second: secondHalf.map((name) => counts.get(name) ?? 0),
  };
}

describe('with half of 40 branches done', () => {
  it('calls no branch again after kill -9 of the worker and `resume`', async () => {
    const first = await worker();
    const { release } = await halfDone(startDetached);
    await first.kill('SIGKILL');
    release();
    expectWhole(await desk.json(['resume', 'half']));
    expect(calls().first).toEqual(firstHalf.map(() => 1));
    // Their calls are the gateway's, and went on: their branches are given the answers.
    if (clusterAddress === undefined) expect(calls().second).toEqual(secondHalf.map(() => 1));
  });

  it.skipIf(clusterAddress !== undefined)('calls no branch twice when the server process is killed', async () => {
    await worker();
    const { release } = await halfDone(startDetached);
    const { pid } = await desk.serverRecord();
    process.kill(pid, 'SIGKILL');
    release();
    expectWhole(await desk.json(['resume', 'half']));
    expect((await desk.serverRecord()).pid).not.toBe(pid);
    expect(calls()).toEqual({ first: firstHalf.map(() => 1), second: secondHalf.map(() => 1) });
  });

  it.skipIf(clusterAddress !== undefined)(
    'goes on after the whole command, its worker and its server are killed',
    async () => {
      let command: Running | undefined;
      const { release } = await halfDone(async (words) => {
        command = desk.start(words, { stdin: 'A document about something.' });
      });
      const [workerPid] = await desk.present('worker');
      const { pid: serverPid } = await desk.serverRecord();
      for (const pid of [command!.pid, workerPid!, serverPid]) process.kill(pid, 'SIGKILL');
      release();
      expectWhole(await desk.json(['resume']));
      expect(calls().first).toEqual(firstHalf.map(() => 1));
      expect(calls().second).toEqual(secondHalf.map(() => 1));
    },
  );

  it('makes no call twice when a worker without a gateway is told to end: it waits for its calls', async () => {
    const first = await worker(['--no-gateway']);
    const { release } = await halfDone(startDetached);
    first.process.kill('SIGTERM');
    await first.said(/calls in flight come to their end/);
    release();
    expect((await first.ended).code).toBe(0);
    expectWhole(await desk.json(['resume', 'half']));
    expect(calls()).toEqual({ first: firstHalf.map(() => 1), second: secondHalf.map(() => 1) });
  });
});
