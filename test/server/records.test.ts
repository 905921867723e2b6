import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { endServer } from '../../src/server/end-server.js';
import { homePaths } from '../../src/server/index.js';
import { choosePorts } from '../../src/server/ports.js';
import { groupExists, identityOf, isAlive, signalReaches } from '../../src/server/process-identity.js';
import { isServerLine, isServerOf, namesDatabase } from '../../src/server/server-process.js';
import { addressesOf, asServerRecord, readServerRecord, writeServerRecord } from '../../src/server/server-record.js';
import type { ServerRecord } from '../../src/server/server-record.js';
import { enter, joinAs, makeDirectory, makeHome, recordOf } from './homes.js';

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const ports = { port: 20_001, uiPort: 20_002 };

/** A process of this user that is nobody's server, in a group of its own, as a shell's jobs are. */
async function bystander(program = 'sleep', args = ['300']): Promise<ChildProcess & { pid: number }> {
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  started.push(child);
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

async function recordNaming(pid: number): Promise<ServerRecord> {
  const identity = await identityOf(pid);
  return { pid, startTime: identity?.startTime ?? '', ...ports, ...addressesOf(ports), version: '1', startedAt: '' };
}

describe('a record that names another process', () => {
  it('gets it neither used nor signalled, by joining, starting, leaving or ending', async () => {
    const home = await makeHome();
    const other = await bystander();
    const prepared = await recordNaming(other.pid);
    await (await joinAs(home)).leave();
    await writeServerRecord(home, prepared);
    expect(await isAlive(prepared)).toBe(true);
    expect(await isServerOf(home, prepared)).toBe(false);

    await endServer(home, prepared);
    const { server, membership } = await enter(home);
    expect(server.address).not.toBe(prepared.address);
    const real = await recordOf(home);
    await writeServerRecord(home, prepared);
    await membership.leave();
    expect(await isAlive(prepared)).toBe(true);
    // What this test started itself, and no record named any more.
    await endServer(home, real);
    expect(await isAlive(real)).toBe(false);
  });

  it('is not believed where that process works with another database', async () => {
    const [own, other] = [await makeHome(), await makeHome()];
    await enter(other);
    await joinAs(own);
    const theirs = await recordOf(other);
    await writeServerRecord(own, theirs);
    expect(await isServerOf(own, theirs)).toBe(false);
    expect(await isServerOf(other, theirs)).toBe(true);
    await endServer(own, theirs);
    expect(await isServerOf(other, theirs)).toBe(true);
  });

  it('gets no group signalled whose leader is gone, unless the home’s server is in it', async () => {
    const home = await makeHome();
    const leader = await bystander('sh', ['-c', 'sleep 300 & exec 1>&2; exit 0']);
    if (leader.exitCode === null) await once(leader, 'exit');
    const record = { ...(await recordNaming(leader.pid)), startTime: '1' };
    expect(groupExists(leader.pid)).toBe(true);
    await endServer(home, record);
    expect(groupExists(leader.pid)).toBe(true);
    process.kill(-leader.pid, 'SIGKILL');
  });
});

it('finds the server of a home that was moved meanwhile, and stops it', async () => {
  const home = await makeHome();
  const { membership } = await enter(home);
  const record = await recordOf(home);
  const moved = join(await makeDirectory(), 'moved');
  await rename(home, moved);
  const second = await enter(moved);
  expect(second.server.address).toBe(record.address);
  expect(await isServerOf(moved, record)).toBe(process.platform === 'linux');
  await rename(moved, home);
  await second.membership.leave();
  await membership.leave();
}, 90_000);

it('finds the server by another path of the home', async () => {
  const home = await makeHome();
  await enter(home);
  const link = join(await makeDirectory(), 'link');
  await symlink(home, link);
  expect(await isServerOf(link, await recordOf(home))).toBe(process.platform === 'linux');
});

describe('a server record', () => {
  const good = { pid: 4_711, startTime: '1', ...ports, ...addressesOf(ports), version: '1', startedAt: 'then' };

  it('is read back as it was written', () => expect(asServerRecord(good)).toEqual(good));

  it.each([
    ...[1, 0, -1, -4_711, 2.5, 2 ** 31, Number.NaN, '4711', null].map((pid) => ({ pid })),
    { startTime: 5 },
    { address: '192.0.2.7:20001' },
    { address: 'localhost.example.org:20001' },
    { address: '127.0.0.1:20003' },
    { uiAddress: 'http://192.0.2.7:20002' },
    { uiAddress: 'javascript:1' },
    { port: 80 },
    { uiPort: 70_000 },
    { version: { toString: 'x' } },
  ])('with %j is none', (change) => {
    expect(asServerRecord({ ...good, ...change })).toBeUndefined();
  });

  it.each([undefined, null, [], 'text', 7])('that is %j is none', (value) => {
    expect(asServerRecord(value)).toBeUndefined();
  });

  it('that is a link is none', async () => {
    const home = await makeHome();
    await joinAs(home);
    await writeFile(join(home, '..', 'elsewhere.json'), JSON.stringify(good));
    await symlink(join(home, '..', 'elsewhere.json'), homePaths(home).server);
    expect(await readServerRecord(home)).toBeUndefined();
  });
});

describe('a process id', () => {
  it.each([0, -1, 1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40])('of %d is never looked up', async (pid) => {
    expect(signalReaches(pid)).toBe(false);
    expect(groupExists(pid)).toBe(false);
    expect(await identityOf(pid)).toBeUndefined();
  });

  it.skipIf(process.getuid?.() !== 0)('of another user’s process is nobody’s that is alive', async () => {
    const child = spawn('sleep', ['300'], { uid: 65_534, stdio: 'ignore', cwd: '/' });
    started.push(child);
    await once(child, 'spawn');
    const identity = await identityOf(child.pid!);
    expect(identity).toBeDefined();
    expect(await isAlive(identity!)).toBe(false);
  });
});

describe('a command line', () => {
  const line = ['/opt/temporal', 'server', 'start-dev', '--port', '20001', '--db-filename', '/a b/temporal.db'];

  it('is a server’s as the program, through a script, and as ps prints it', () => {
    for (const words of [line, ['/bin/sh', ...line], line.join(' ')]) {
      expect(isServerLine(words, 20_001), String(words)).toBe(true);
      expect(namesDatabase(words, '/a b/temporal.db')).toBe(true);
      expect(isServerLine(words, 2_000)).toBe(false);
      expect(namesDatabase(words, '/b/temporal.db')).toBe(false);
    }
  });

  it.each([
    ['of another program', ['sleep', ...line]],
    ['in one word', ['sh', '-c', line.join(' ')]],
    ['that only mentions it', ['grep', 'temporal', 'x', ...line]],
    ['of another command', ['temporal', 'workflow', 'list', '--port', '20001']],
    ['of nothing', []],
  ])('%s is none', (what, words) => {
    // The script that was named like the program is the one exception.
    expect(isServerLine(words, 20_001)).toBe(what === 'of another program');
  });
});

it('keeps to ports that the home can have had', async () => {
  const home = await makeHome();
  await joinAs(home);
  for (const remembered of [{ port: 7_233, uiPort: 22 }, { port: -5, uiPort: 'x' }, { port: 2.5 }, [], null, 'x']) {
    await writeFile(homePaths(home).ports, JSON.stringify(remembered));
    const { port, uiPort } = await choosePorts(home);
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(uiPort).toBeGreaterThan(1_024);
  }
});

describe('a presence', () => {
  it.each([
    { role: 'admin' },
    { role: ['worker'] },
    { pid: 1 },
    { pid: -1 },
    { address: 7 },
    { address: undefined },
    { ready: 'yes' },
    { offlineOnly: 'no' },
    { modelBaseUrl: {} },
    { encryptionKeys: 'all' },
    { encryptionKeys: [1] },
    { limits: {} },
    { limits: [{ taskQueue: 'fanfold-model' }] },
    { limits: [{ taskQueue: 'fanfold-model', limiters: [null] }] },
  ])('with %j is none', async (change) => {
    const home = await makeHome();
    const membership = await joinAs(home);
    const own = { ...(await identityOf(process.pid)), role: 'worker', ready: true, address: '127.0.0.1:20001' };
    const path = join(homePaths(home).presence, 'prepared.json');
    await writeFile(path, JSON.stringify(own));
    expect(await membership.live('worker')).toHaveLength(1);
    await writeFile(path, JSON.stringify({ ...own, ...change }));
    expect(await membership.live('worker')).toEqual([]);
  });
});

it('takes a script of the program’s name for the server that it starts', async () => {
  const home = await makeHome();
  const directory = await makeDirectory();
  const path = join(directory, 'temporal');
  await writeFile(path, '#!/bin/sh\nsleep 300\n');
  await chmod(path, 0o755);
  const args = ['server', 'start-dev', '--port', '20001', '--db-filename', homePaths(home).database];
  const child = await bystander(path, args);
  const record = await recordNaming(child.pid);
  const ended = once(child, 'exit');
  expect(await isServerOf(home, { ...record, port: 20_003 })).toBe(false);
  while (!(await isServerOf(home, record)));
  await endServer(home, record);
  await ended;
});
