import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';

import type { QueueLimits } from '../../src/contract/limiter.js';
import { freePort } from '../support/free-port.js';
import { Desk, manyPerspectives } from '../support/fanfold.js';

interface Limits {
  taskQueues: { taskQueue: string; tasks: number; oldestMs: number; pollers: number }[];
  workers: { pid: number; queues: QueueLimits[] }[];
}

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
});

afterAll(() => desk.close());

it('shows what holds the calls of a run back: limiter, rate limits and queue depth, and the metrics say the same', async () => {
  const metricsPort = await freePort();
  const env = { FANFOLD_METRICS: `127.0.0.1:${metricsPort}` };
  desk.model.script({ fault: { kind: 'rate-limit', retryAfter: 40 }, times: 1 });
  const gate = desk.model.hold(({ sequence }) => sequence > 1);
  const words = ['perspectives', '-', '--perspectives', manyPerspectives(50).join(','), '--quiet'];
  const running = desk.start(words, { env, stdin: 'A document.' });
  await desk.model.received(2);

  const queueOf = ({ workers }: Limits) => workers[0]?.queues.find(({ taskQueue }) => taskQueue === 'fanfold-model');
  let limits: Limits;
  do {
    await sleep(200);
    limits = await desk.json<Limits>(['limits']);
  } while (queueOf(limits)?.limiters[0]?.gate.is !== 'closed' || limits.taskQueues[0]?.tasks === 0);
  const [limiter] = queueOf(limits)!.limiters;
  expect(limiter).toMatchObject({ modelClass: 'sonnet', ceiling: 50, throttled: 1, overloaded: 0 });
  expect(limiter?.buckets.map(({ name }) => name)).toContain('input-tokens');
  const [backlog] = limits.taskQueues;
  expect(backlog).toMatchObject({ taskQueue: 'fanfold-model', pollers: 1 });
  expect(backlog!.tasks).toBeGreaterThanOrEqual(10);

  const { stdout } = await desk.fanfold(['limits']);
  expect(stdout).toMatch(/^fanfold-model: \d+ waiting, the oldest for /m);
  expect(stdout).toMatch(
    /sonnet · \d+ in flight of \d+, at most 50 · .* 1 × 429, .* closed for \d+ s: the API answered 429 and asked for 40 s: This request would exceed/,
  );
  expect(stdout).toMatch(/requests: [\d,]+ of [\d,]+ a minute left/);

  const scrape = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  let metrics = await scrape();
  while (!/^fanfold_backlog_tasks\{.*\} [1-9]/m.test(metrics)) {
    await sleep(200);
    metrics = await scrape();
  }
  const labels = 'model_class="sonnet",.*task_queue="fanfold-model"';
  expect(metrics).toMatch(new RegExp(`^fanfold_model_calls_throttled\\{.*${labels}.*\\} 1$`, 'm'));
  expect(metrics).toMatch(/^fanfold_limiter_open\{.*\} 0$/m);
  expect(metrics).toMatch(/^temporal_worker_task_slots_used/m);
  await running.kill('SIGINT');
  gate.release();
});

it('has buckets that tell latencies apart', async () => {
  const serving = await Desk.open({ latencyMs: 300 });
  onTestFinished(() => serving.close());
  const metricsPort = await freePort();
  await serving.serve({ env: { FANFOLD_METRICS: `127.0.0.1:${metricsPort}` } });
  await serving.fanfold(['perspectives', '-', '--perspectives', 'legal', '--quiet'], { stdin: 'A document.' });
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const bounds = [
    ...metrics.matchAll(/^fanfold_branch_seconds_bucket\{.*part="model".*le="([\d.]+|\+Inf)".*\} (\d+)$/gm),
  ];
  const [, below] = bounds.find(([, , count]) => count === '1') ?? [];
  // The smallest bucket with the call in it; a loaded machine takes its time.
  expect(Number(below)).toBeGreaterThanOrEqual(0.5);
  expect(bounds.map(([, bound]) => bound)).toEqual(expect.arrayContaining(['0.25', '0.5', '1', '60', '+Inf']));
});

it('watches until it is interrupted', async () => {
  const watching = desk.start(['limits', '--watch', '--json']);
  while (watching.stdout.split('\n').length < 3) await sleep(50);
  expect((await watching.kill('SIGINT')).code).toBe(0);
  for (const line of watching.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('taskQueues');
});

it('refuses an address for metrics that is none', async () => {
  const { code, stderr } = await desk.fanfold(['worker'], { env: { FANFOLD_METRICS: 'localhost' } });
  expect(code).toBe(2);
  expect(stderr).toContain('got `localhost`');
});
