import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import type { Session } from '../../src/cli/home/session.js';
import { untilIdle } from '../../src/cli/worker/until-idle.js';
import { askToEnd, homePaths, homeSize, isAskedToEnd, joinHome } from '../../src/server/index.js';
import { identityOf } from '../../src/server/process-identity.js';
import { env, joinAs, makeDirectory, makeHome } from './homes.js';

it('makes a home that is private and unseen by git', async () => {
  const home = await makeHome();
  await joinAs(home);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect(await readFile(homePaths(home).gitignore, 'utf8')).toBe('*\n');
});

it('lists who is there, by role, until they leave', async () => {
  const home = await makeHome();
  const command = await joinAs(home, 'command');
  const worker = await joinAs(home, 'worker');
  await worker.update({ ready: true, address: '127.0.0.1:9', offlineOnly: true, modelBaseUrl: 'http://m' });

  expect(await command.live('worker')).toEqual([
    {
      ...(await identityOf(process.pid)),
      role: 'worker',
      ready: true,
      address: '127.0.0.1:9',
      offlineOnly: true,
      modelBaseUrl: 'http://m',
    },
  ]);
  expect((await command.live()).map(({ role }) => role)).toEqual(['command', 'worker']);
  await worker.leave();
  expect(await command.live('worker')).toEqual([]);
});

it('is in no home that was removed, makes nothing of it again, and a worker in the background ends', async () => {
  const home = await makeHome();
  const membership = await joinAs(home, 'worker');
  expect(await membership.isIn()).toBe(true);
  // Its server cannot be asked, and may have open runs.
  const ended = untilIdle({ membership, client: {} } as unknown as Session, 3_600_000);
  await rm(home, { recursive: true });
  await ended;
  expect(await membership.isIn()).toBe(false);
  await membership.update({ ready: false });
  await membership.leave();
  await expect(stat(home)).rejects.toThrow('ENOENT');
});

it('does not come back with an update after it has left', async () => {
  const home = await makeHome();
  const [command, worker] = [await joinAs(home), await joinAs(home, 'worker')];
  const updates = [worker.update({ ready: true }), worker.update({ ready: false })];
  await worker.leave();
  await Promise.all(updates);
  await worker.leave();
  await worker.update({ ready: true });
  expect(await command.live('worker')).toEqual([]);
});

it('keeps what a live process is asked while others join and leave', async () => {
  const home = await makeHome();
  const worker = await joinAs(home, 'worker');
  const [member] = await worker.live('worker');
  await askToEnd(home, member!);
  await writeFile(join(homePaths(home).presence, `${2 ** 22 + 1}.end`), '');
  await (await joinAs(home)).leave();
  expect(await readdir(homePaths(home).presence)).toContain(`${process.pid}.end`);
  expect(await readdir(homePaths(home).presence)).not.toContain(`${2 ** 22 + 1}.end`);
  expect(await isAskedToEnd(home)).toBe(true);
});

it('does not count the dead, whose id may be another process now, nor broken files; and clears them away', async () => {
  const home = await makeHome();
  const membership = await joinAs(home);
  const { presence } = homePaths(home);
  const own = await identityOf(process.pid);
  await writeFile(
    join(presence, 'dead.json'),
    JSON.stringify({ ...own, pid: 2 ** 22 + 1, role: 'worker', address: '' }),
  );
  await writeFile(
    join(presence, 'reused.json'),
    JSON.stringify({ ...own, startTime: 'long ago', role: 'dev', address: '' }),
  );
  await writeFile(join(presence, 'broken.json'), '{"pid":');
  await writeFile(join(presence, `${2 ** 22 + 1}-1.json.1.new`), '');
  expect(await membership.live()).toHaveLength(1);
  await membership.leave();
  expect(await readdir(presence)).toEqual([]);
});

it.each([
  ['a file', async (path: string) => writeFile(path, ''), /is a file/],
  [
    'in a file',
    async (path: string) => {
      await writeFile(join(path, '..', 'file'), '');
      return join(path, '..', 'file', 'home');
    },
    /is a file/,
  ],
])('refuses a home that is %s', async (_, make, reason) => {
  const path = join(await makeDirectory(), 'home');
  const home = (await make(path)) ?? path;
  await expect(joinHome({ home, env, role: 'command' })).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(reason),
    advice: expect.stringContaining('FANFOLD_HOME'),
  });
});

it.skipIf(process.getuid?.() === 0)('refuses a home that may not be written to', async () => {
  const directory = await makeDirectory();
  await chmod(directory, 0o500);
  await expect(joinHome({ home: join(directory, 'home'), env, role: 'command' })).rejects.toThrow(
    'may not be written to',
  );
});

it('adds up what is in the home', async () => {
  const home = await makeHome();
  expect(await homeSize(home)).toBe(0);
  await mkdir(join(home, 'deep'), { recursive: true });
  await writeFile(join(home, 'deep', 'journal'), 'x'.repeat(1_000));
  await writeFile(join(home, 'log'), 'x'.repeat(24));
  expect(await homeSize(home)).toBe(1_024);
});
