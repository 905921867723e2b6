import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { startOfflineModel } from '@fanfold/offline-model';
import { Desk } from '../support/fanfold.js';

// Worker and server of a home stay up for a while after a command.

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 0 }, 'gateway');
  await writeFile(join(desk.directory, 'text.md'), 'The supplier owes the customer 100 euros by May.');
  await writeFile(join(desk.directory, 'slow.md'), 'The supplier answers slowly.');
});

afterEach(() => desk.fanfold(['stop']));

afterAll(() => desk.close());

const idle = { FANFOLD_IDLE: '1h' };

/** Calls about it are answered when the gate is released. */
const heldText = { document: /slowly/ };

async function ask(flags: readonly string[] = [], env: Record<string, string> = {}): Promise<string> {
  const words = ['perspectives', 'text.md', '--perspectives', 'legal', ...flags];
  const { code, stderr } = await desk.fanfold(words, { env: { ...idle, ...env } });
  expect(stderr).toContain('1 of 1 branches ok');
  expect(code).toBe(0);
  return stderr;
}

it('leaves the worker for the next command, whatever terminal it comes from', async () => {
  expect(await ask()).toMatch(/started a worker .* stays for 1 h after the last command, and `fanfold stop` ends it/);
  const [worker] = await desk.present('worker');
  const { address } = await desk.serverRecord();
  const variables = { TERM: 'dumb', SSH_TTY: '/dev/pts/9', npm_config_yes: 'true', OLDPWD: '/' };
  expect(await ask(['--fresh'], variables)).not.toContain('started a worker');
  expect(await desk.present('worker')).toEqual([worker]);
  expect((await desk.serverRecord()).address).toBe(address);
  const { stdout } = await desk.fanfold(['doctor', '--offline'], { env: idle });
  expect(stdout).toMatch(/gateway +one of this home in the background \(process \d+\)/);
  expect(stdout).toMatch(/running in the background \(process \d+\), until 1 h after the last command and run/);

  const { code, stderr } = await desk.fanfold(['stop']);
  expect(code).toBe(0);
  const ended = ['the worker in the background', 'the gateway in the background', 'the embedded server'];
  expect(stderr).toBe(ended.map((what) => `fanfold: ended ${what}.\n`).join(''));
  await desk.deserted();
  expect((await desk.fanfold(['stop'])).stderr).toBe('fanfold: nothing runs in the background.\n');
});

it('replaces a worker that has another key, or allows fewer calls at once', async () => {
  await ask();
  const [first] = await desk.present('worker');
  const otherKey = { ANTHROPIC_API_KEY: 'made-up-token-2' };
  const replaced = 'the worker of an earlier command has other settings; another takes its place.';
  expect(await ask(['--fresh'], otherKey)).toContain(replaced);
  const [second, ...more] = await desk.present('worker');
  expect(second).not.toBe(first);
  expect(more).toEqual([]);
  expect(await ask(['--fresh', '--concurrency', '60'], otherKey)).toContain(replaced);
  expect(await ask(['--fresh'], otherKey)).not.toContain(replaced);
});

it('leaves a worker alone that an open run needs', async () => {
  const gate = desk.model.hold(heldText);
  const detached = ['perspectives', 'slow.md', '--perspectives', 'legal', '--fresh', '--detach', '--id', 'slow'];
  await desk.fanfold(detached, { env: idle });
  const workers = await desk.present('worker');
  expect(await ask([], { UNKNOWN_BEFORE: 'x' })).not.toContain('another takes its place');
  expect(await desk.present('worker')).toEqual(workers);
  const env = { ...idle, ANTHROPIC_API_KEY: 'made-up-token-2' };
  const otherKey = await desk.fanfold(detached.slice(0, -2), { env });
  expect(otherKey.code).toBe(6);
  expect(otherKey.stderr).toContain('asks with another ANTHROPIC_API_KEY than the one that this command has');
  gate.release();
});

it('says of a run that nobody serves that resume carries out what was asked', async () => {
  const gate = desk.model.hold(heldText);
  const detached = ['perspectives', 'slow.md', '--perspectives', 'legal', '--fresh', '--detach', '--id', 'alone'];
  const { stderr: begun } = await desk.fanfold(detached, { env: idle });
  process.kill(Number(/started a worker .*\(process (\d+)\)/.exec(begun)![1]), 'SIGKILL');
  const { code, stderr } = await desk.fanfold(['cancel', 'alone']);
  const said = 'no worker is there that could. Carry it out with `fanfold resume alone`';
  expect([code, stderr]).toEqual([0, expect.stringContaining(said)]);
  expect((await desk.fanfold(['resume', 'alone', '--json'])).stdout).toContain('"cancelled"');
  gate.release();
});

/** Begins commands at once in a home where nothing runs, each in a process and with variables of its own. */
async function atOnce(file: string, envs: readonly Record<string, string>[]) {
  await desk.deserted();
  const words = ['perspectives', file, '--perspectives', 'legal', '--fresh', '--id'];
  return envs.map((env, at) => desk.start([...words, `${file}-${at}`], { env: { ...idle, ...env } }).ended);
}

it('starts one worker for commands at once, of which those with another key or API are refused', async () => {
  const alike = await Promise.all(await atOnce('text.md', [{}, {}]));
  expect(alike.map(({ code }) => code)).toEqual([0, 0]);
  expect(alike.flatMap(({ stderr }) => stderr.match(/started a worker/g) ?? [])).toHaveLength(1);
  await desk.fanfold(['stop']);

  const other = await startOfflineModel({ latencyMs: 0 });
  const gates = [desk.model, other].map((model) => model.hold(heldText));
  const envs = [{}, { ANTHROPIC_API_KEY: 'made-up-token-3' }, { ANTHROPIC_BASE_URL: other.url }];
  const begun = await atOnce('slow.md', envs);
  // Whose worker it is has to wait until the others have been refused.
  let refused = 0;
  for (const ended of begun) {
    void ended.then(() => {
      refused += 1;
      if (refused === 2) for (const gate of gates) gate.release();
    });
  }
  const unlike = (await Promise.all(begun)).toSorted((left, right) => left.code! - right.code!);
  await other.stop();
  expect(unlike.map(({ code }) => code)).toEqual([0, 6, 6]);
  const said =
    /A worker of this home \(process \d+\) asks (with another ANTHROPIC_API_KEY|.* and this command expects)/g;
  for (const { stderr } of unlike.slice(1)) expect(stderr.match(said)).toHaveLength(1);
});

it('refuses a time that is none before anything is started', async () => {
  const { code, stderr } = await desk.fanfold(['perspectives', 'text.md'], { env: { FANFOLD_IDLE: 'long' } });
  expect(code).toBe(2);
  expect(stderr).toContain('Expected `FANFOLD_IDLE` to be a duration');
  expect(stderr).toContain('got `long`');
  await desk.deserted();
});

it('is idle at once where FANFOLD_IDLE is 0', async () => {
  await ask([], { FANFOLD_IDLE: '0' });
  await desk.deserted();
});
