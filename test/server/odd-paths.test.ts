import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { homePaths } from '../../src/server/index.js';
import { serverArguments } from '../../src/server/server-flags.js';
import { isServerOf } from '../../src/server/server-process.js';
import { enter, makeDirectory, recordOf } from './homes.js';

it('names a database whole whose path is an ordinary one, and by its name alone otherwise', () => {
  const nameIn = (home: string) => {
    const words = serverArguments(home, { port: 20_001, uiPort: 20_002 });
    return words[words.indexOf('--db-filename') + 1];
  };
  expect(nameIn('/a b/home')).toBe('/a b/home/temporal.db');
  for (const odd of ['/C#/home', '/what?/home', '/100%41/home']) expect(nameIn(odd)).toBe('temporal.db');
});

it('keeps the database in a home whose path has signs of an address, and finds its server again', async () => {
  const folder = await makeDirectory();
  const home = join(folder, 'C#', '100%41 why?');
  await mkdir(join(folder, 'C#'));
  const { server, membership } = await enter(home);
  expect((await stat(homePaths(home).database)).size).toBeGreaterThan(0);
  const record = await recordOf(home);
  expect(await isServerOf(home, record)).toBe(true);
  const again = await enter(home);
  expect(again.server.address).toBe(server.address);
  await again.membership.leave();
  // Another home has a database of that name, too.
  const other = join(folder, 'F#');
  await mkdir(other);
  expect(await isServerOf(other, record)).toBe(false);
  await rename(join(folder, 'C#'), join(folder, 'D#'));
  expect(await isServerOf(join(folder, 'D#', '100%41 why?'), record)).toBe(true);
  await rename(join(folder, 'D#'), join(folder, 'C#'));
  await membership.leave();
});
