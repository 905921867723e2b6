import { afterEach, beforeEach, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeEach(async () => {
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
});

afterEach(() => desk.close());

it('serves offline runs without a key, says so on every run, and stops everything on Ctrl-C', async () => {
  const noKey = { ANTHROPIC_API_KEY: '' };
  const dev = desk.start(['dev'], { env: noKey });
  await dev.said(/only offline runs/);
  expect(dev.stderr).toMatch(/Web UI at http/);
  const run = desk.start(['perspectives', '-', '--offline', '--perspectives', 'legal'], {
    env: noKey,
    stdin: 'The customer may terminate with notice of thirty days.',
  });
  const { code, stdout, stderr } = await run.ended;
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain('thirty days');
  expect(stderr).toContain('offline model');
  // A paid run is not for this worker, nor for any.
  expect((await desk.fanfold(['perspectives', '-'], { env: noKey, stdin: 'Text.' })).code).toBe(6);
  expect((await dev.kill('SIGINT')).code).toBe(0);
  await expect(desk.serverRecord()).rejects.toThrow('No server was started');
  expect(desk.model.total).toBe(0);
});

it('starts what a run needs and stops it after the run', async () => {
  const { code, stderr } = await desk.fanfold(['perspectives', '-', '--perspectives', 'legal'], {
    stdin: 'A document.',
  });
  expect(code).toBe(0);
  expect(stderr).toMatch(/started a worker in the background/);
  await desk.deserted();
});

it('leaves a worker in the background that finishes a detached run and ends by itself', async () => {
  const gate = desk.model.hold();
  const words = ['perspectives', '-', '--perspectives', 'legal', '--id', 'alone', '--detach'];
  expect((await desk.fanfold(words, { stdin: 'A document.' })).code).toBe(0);
  await desk.model.until(() => gate.waiting.length === 1);
  expect(await desk.present('worker')).toHaveLength(1);
  gate.release();
  await desk.deserted();
  expect(await desk.json(['show', 'alone'])).toMatchObject({ status: 'complete' });
});

it('shares one server and one worker between commands of one home', async () => {
  const runs = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      desk.json(['perspectives', '-', '--perspectives', name], { stdin: 'Shared.' }),
    ),
  );
  expect(runs.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']);
  expect(new Set(runs.map(({ webUi }) => new URL(webUi!).port)).size).toBe(1);
});
