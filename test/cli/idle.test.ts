import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

// Worker and server of a home stay up for a while after a command.

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: ({ document }) => (document.includes('slowly') ? 4_000 : 0) }, 'gateway');
  await writeFile(join(desk.directory, 'text.md'), 'The supplier owes the customer 100 euros by May.');
});

afterEach(() => desk.start(['stop']).ended);

afterAll(() => desk.close());

const idle = { FANFOLD_IDLE: '1h' };

async function ask(flags: readonly string[] = [], env: Record<string, string> = {}): Promise<string> {
  const words = ['perspectives', 'text.md', '--perspectives', 'legal', ...flags];
  const { code, stderr } = await desk.start(words, { env: { ...idle, ...env } }).ended;
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
  const { stdout } = await desk.start(['doctor', '--offline'], { env: idle }).ended;
  expect(stdout).toMatch(/gateway +one of this home in the background \(process \d+\)/);
  expect(stdout).toMatch(/running in the background \(process \d+\), until 1 h after the last command and run/);

  const { code, stderr } = await desk.start(['stop']).ended;
  expect(code).toBe(0);
  const ended = ['the worker in the background', 'the gateway in the background', 'the embedded server'];
  expect(stderr).toBe(ended.map((what) => `fanfold: ended ${what}.\n`).join(''));
  await desk.deserted();
  expect((await desk.start(['stop']).ended).stderr).toBe('fanfold: nothing runs in the background.\n');
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
  await writeFile(join(desk.directory, 'slow.md'), 'The supplier answers slowly.');
  const detached = ['perspectives', 'slow.md', '--perspectives', 'legal', '--fresh', '--detach', '--id', 'slow'];
  await desk.start(detached, { env: idle }).ended;
  const workers = await desk.present('worker');
  expect(await ask([], { UNKNOWN_BEFORE: 'x' })).not.toContain('another takes its place');
  expect(await desk.present('worker')).toEqual(workers);
});

it('refuses a time that is none before anything is started', async () => {
  const { code, stderr } = await desk.start(['perspectives', 'text.md'], { env: { FANFOLD_IDLE: 'long' } }).ended;
  expect(code).toBe(2);
  expect(stderr).toContain('Expected `FANFOLD_IDLE` to be a duration');
  expect(stderr).toContain('got `long`');
  await desk.deserted();
});

it('is idle at once where FANFOLD_IDLE is 0', async () => {
  await ask([], { FANFOLD_IDLE: '0' });
  await desk.deserted();
});
