import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { limitMemory } from '../../src/cli/worker/remembered-limits.js';
import type { Session } from '../../src/cli/home/session.js';
import type { World } from '../../src/cli/world.js';
import type { RunningWorkers } from '../../src/worker/index.js';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-limits-'));
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(home, { recursive: true, force: true });
});

/** The memory of a process with a key, beside other workers of the home. */
function memory(key = 'made-up-token-1', workers = 1) {
  const world = { env: { FANFOLD_CONFIG: join(home, 'config'), ANTHROPIC_API_KEY: key } } as unknown as World;
  const live = async () => [{ role: 'command' }, ...Array.from({ length: workers }, () => ({ role: 'worker' }))];
  return limitMemory({ home, membership: { live } } as unknown as Session, world);
}

/** Workers whose limiter has found out that so many calls at once are taken. */
function learned(calls: number): RunningWorkers {
  const limiters = [{ modelClass: 'sonnet', learned: calls, sent: 1 }];
  return { limits: () => [{ taskQueue: 'fanfold-model', limiters }] } as unknown as RunningWorkers;
}

async function recalled(of = memory()): Promise<number | undefined> {
  return (await of).begin(undefined).remembered?.('fanfold-model', 'sonnet');
}

it('remembers for each key what was found out, without the key', async () => {
  expect((await memory()).begin(undefined).rampFrom).toBe(20);
  expect(await recalled()).toBeUndefined();
  await (await memory()).keep(learned(40))();
  expect(await recalled()).toBe(40);
  expect(await recalled(memory('made-up-token-2'))).toBeUndefined();
  expect(await readFile(join(home, 'limits.json'), 'utf8')).not.toContain('made-up-token');
});

it('shares what is remembered, and what is not known, among the workers of a home', async () => {
  await (await memory(undefined, 1)).keep(learned(40))();
  expect(await recalled(memory(undefined, 4))).toBe(10);
  expect((await memory(undefined, 4)).begin(undefined).rampFrom).toBe(5);
  await (await memory(undefined, 4)).keep(learned(12))();
  expect(await recalled()).toBe(48);
});

it('believes half of it after an hour and nothing after a day', async () => {
  await (await memory()).keep(learned(40))();
  vi.useFakeTimers({ now: Date.now() + 2 * 3_600_000, toFake: ['Date'] });
  expect(await recalled()).toBe(20);
  vi.setSystemTime(Date.now() + 86_400_000);
  expect(await recalled()).toBeUndefined();
});

it('lets a given beginning stand', async () => {
  await (await memory()).keep(learned(40))();
  expect((await memory()).begin(3)).toEqual({ rampFrom: 3 });
});

it.each(['', '[]', 'null', '{"x": 1}', '{"x": {"calls": -1, "atMs": 0}}'])(
  'knows nothing by a file with `%s`',
  async (text) => {
    await writeFile(join(home, 'limits.json'), text);
    expect(await recalled()).toBeUndefined();
  },
);
