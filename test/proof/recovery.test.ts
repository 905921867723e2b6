import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, it, onTestFinished } from 'vitest';

import { Desk, root, Running } from '../support/fanfold.js';
import { ownTemporal } from '../support/temporal.js';

interface Scene {
  desk: Desk;
  server: TestWorkflowEnvironment;
  /** For the commands. */
  env: NodeJS.ProcessEnv;
}

/** With a server of its own: each worker that was killed is listed there for a minute and more. */
async function open(): Promise<Scene> {
  const server = await ownTemporal();
  onTestFinished(() => server.teardown());
  const desk = await Desk.open();
  onTestFinished(() => desk.close());
  return { desk, server, env: { TEMPORAL_ADDRESS: server.address } };
}

async function fanfoldWorker({ desk, env }: Scene): Promise<Running> {
  const worker = desk.start(['worker'], { env });
  await worker.said(/serves fanfold/);
  return worker;
}

async function plainWorker({ desk, server }: Scene): Promise<Running> {
  const script = join(root, 'test/support/plain-worker.mjs');
  const words = [script, server.address, desk.model.url];
  const worker = new Running(spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] }));
  onTestFinished(async () => void (await worker.kill()));
  await worker.said(/ready/);
  return worker;
}

/**
 * Milliseconds from the kill of the worker that has the run in its cache to the end of the run on another, which is there before: how long a
 * busy machine takes to start one is none of it.
 */
async function recoveryMs(scene: Scene, startWorker: (scene: Scene) => Promise<Running>): Promise<number> {
  const { desk, env } = scene;
  const gate = desk.model.hold(/perspective: held/);
  const first = await startWorker(scene);
  const words = ['perspectives', '-', '--id', 'killed', '--perspectives', 'quick,held', '--detach'];
  expect((await desk.fanfold(words, { stdin: 'A document.', env })).code).toBe(0);
  await desk.model.until(() => gate.waiting.length === 1);
  await desk.shows('killed', ({ coverage }) => coverage.ok === 1, { env });
  await startWorker(scene);
  const killedAt = performance.now();
  await first.kill('SIGKILL');
  gate.release();
  const run = await desk.json(['watch', 'killed'], { env });
  const tookMs = performance.now() - killedAt;
  expect(run.status).toBe('complete');
  return tookMs;
}

it('is back after a kill much sooner than with the default settings of Temporal', async () => {
  const least = { tuned: Infinity, plain: Infinity };
  // Timeouts are the least that each takes, and what a busy machine adds to one of a pair is no part of them: it is tried until that is plain.
  for (let triesLeft = 3; triesLeft > 0 && !(least.tuned / least.plain < 0.8); triesLeft -= 1) {
    const [tuned, plain] = await Promise.all([
      recoveryMs(await open(), fanfoldWorker),
      recoveryMs(await open(), plainWorker),
    ]);
    least.tuned = Math.min(least.tuned, tuned);
    least.plain = Math.min(least.plain, plain);
  }
  expect(least.tuned / least.plain).toBeLessThan(0.8);
});

// Tried again where the machine is so busy that the server misses heartbeats before anybody looks: `client/run-view` has the handing on itself.
it('takes over from a killed worker of the same home before its heartbeats are missed', { retry: 2 }, async () => {
  const scene = await open();
  const { desk, server, env } = scene;
  const gate = desk.model.hold(/perspective: held/);
  const first = await fanfoldWorker(scene);
  const words = ['perspectives', '-', '--id', 'taken-over', '--perspectives', 'quick,held', '--detach'];
  expect((await desk.fanfold(words, { stdin: 'A document.', env })).code).toBe(0);
  await desk.model.until(() => gate.waiting.length === 1);
  await desk.shows('taken-over', ({ coverage }) => coverage.ok === 1, { env });
  // It is there before: how long a busy machine takes to start one is none of it.
  await fanfoldWorker(scene);
  await first.kill('SIGKILL');
  gate.release();
  const run = await desk.json(['watch', 'taken-over'], { env });
  expect(run.branches.map(({ status, attempts }) => [status, attempts])).toEqual([
    ['ok', 1],
    ['ok', 2],
  ]);
  const { events = [] } = await server.client.workflow.getHandle('taken-over').fetchHistory();
  const died = (events ?? []).map(
    ({ activityTaskStartedEventAttributes: started }) => started?.lastFailure?.applicationFailureInfo?.type,
  );
  expect(died).toContain('WorkerDied');
});

it('starts another worker where its own was killed, at a server of the user’s own too', async () => {
  const { desk, env } = await open();
  const gate = desk.model.hold();
  const words = ['perspectives', '-', '--perspectives', 'quick', '--json'];
  const running = desk.start(words, { stdin: 'A document.', env });
  await desk.model.until(() => gate.waiting.length === 1);
  // The server goes on listing it as one that polls, for a minute and more.
  for (const pid of await desk.present('worker')) process.kill(pid, 'SIGKILL');
  gate.release();
  expect((await running.ended).code).toBe(0);
  expect(running.stderr).toContain('the worker is gone; its branches go to another');
});
