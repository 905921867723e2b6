import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { knownHomes, rememberHome } from '../../src/server/index.js';

let directory: string;
const env = () => ({ FANFOLD_CONFIG: join(directory, 'config') });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-homes-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

it('knows the homes that were used and are still there, each once', async () => {
  const homes = ['one', 'two', 'gone'].map((name) => join(directory, name));
  for (const home of homes) {
    await mkdir(home);
    await rememberHome(home, env());
    await rememberHome(home, env());
  }
  await rm(join(directory, 'gone'), { recursive: true });
  expect((await knownHomes(env())).toSorted()).toEqual([join(directory, 'one'), join(directory, 'two')]);
});

it('knows none where none was used, and does without a folder that can be written to', async () => {
  expect(await knownHomes(env())).toEqual([]);
  await expect(rememberHome(directory, { FANFOLD_CONFIG: '/dev/null/fanfold' })).resolves.toBeUndefined();
});
