import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';
import type { Running } from '../support/fanfold.js';

interface Spent {
  total: { calls: number; costUsd: number };
}

let desk: Desk;
/** The worker that takes tasks now. */
let serving: Running;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  desk = await Desk.open();
  const socket = `unix:${desk.directory}/gateway.sock`;
  const gateway = desk.start(['gateway', '--listen', socket, '--ramp-from', '100']);
  // A worker needs no key of its own.
  env = { FANFOLD_GATEWAY: socket, ANTHROPIC_API_KEY: '' };
  await gateway.said(/gateway listens/);
});

afterAll(() => desk.close());

async function worker(): Promise<Running> {
  const running = desk.start(['worker', '--concurrency', '100'], { env });
  await running.said(/serves fanfold/);
  return running;
}

/** How often the model was called about each of so many documents. */
function callsByDocument(count: number): number[] {
  const numbers = desk.model.calls.map(({ document }) => Number(/number (\d+),/.exec(document)?.[1]));
  return Array.from({ length: count }, (_, at) => numbers.filter((each) => each === at + 1).length);
}

describe('a worker that asks through a gateway', () => {
  it('is killed with 40 of 100 answered, and no call is made again', async () => {
    const rows = Array.from({ length: 100 }, (_, at) =>
      JSON.stringify({ id: `d${at + 1}`, text: `This is number ${at + 1}, of a hundred.` }),
    );
    await writeFile(join(desk.directory, 'docs.jsonl'), rows.join('\n'));
    const first = await worker();
    const gate = desk.model.hold({ document: /number (4[1-9]|[5-9]\d|100),/ });
    const words = ['summarise', '--from', 'docs.jsonl', '--concurrency', '100', '--id', 'killed'];
    await desk.fanfold([...words, '--detach'], { env });
    await desk.model.until(() => gate.waiting.length === 60 && desk.model.total === 100);
    await first.kill('SIGKILL');
    serving = await worker();
    gate.release();
    const run = await desk.json<Run>(['watch', 'killed'], { env });
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 100, total: 100 } });
    expect(callsByDocument(100)).toEqual(rows.map(() => 1));
    // What the killed worker had begun is paid for by its branch, once.
    expect(run.branches.every(({ costUsd, reused }) => costUsd! > 0 && !reused)).toBe(true);
    const { total } = await desk.json<Spent>(['spend']);
    expect(total.calls).toBe(100);
    expect(total.costUsd).toBeCloseTo(run.costUsd!, 9);
  });

  it('ends while its calls are out, and the next one is given their answers', async () => {
    const rows = Array.from({ length: 60 }, (_, at) =>
      JSON.stringify({ id: `e${at + 1}`, text: `This is number ${at + 201}, of another hundred.` }),
    );
    await writeFile(join(desk.directory, 'more.jsonl'), rows.join('\n'));
    const gate = desk.model.hold({ document: /another hundred/ });
    const words = ['summarise', '--from', 'more.jsonl', '--concurrency', '60', '--id', 'restarted'];
    await desk.fanfold([...words, '--detach'], { env });
    await desk.model.until(() => gate.waiting.length === 60);
    serving.process.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
    expect(gate.waiting.length).toBe(60);
    serving = await worker();
    gate.release();
    const run = await desk.json<Run>(['watch', 'restarted'], { env });
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 60, total: 60 } });
    expect(callsByDocument(260).slice(200)).toEqual(rows.map(() => 1));
    expect(run.branches.every(({ costUsd, reused }) => costUsd! > 0 && !reused)).toBe(true);
  });
});

it('shows the limits of the gateway in place of its workers’, and makes tokens that are kept as digests', async () => {
  const { gateway } = await desk.json<{ gateway: { limiters: { sent: number }[] }[] }>(['limits'], { env });
  expect(gateway[0]?.limiters[0]?.sent).toBe(160);
  const made = await desk.inProcess(['gateway', 'token', 'app', '--tokens', 'tokens']);
  const kept = await readFile(join(desk.directory, 'tokens'), 'utf8');
  expect(kept).toMatch(/^app sha256:[0-9a-f]{64}\n$/);
  expect(kept).not.toContain(made.stdout.trim());
});
