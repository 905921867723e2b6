import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { findDefaultPortServer } from '../../src/server/default-port-server.js';
import { findServer } from '../../src/server/index.js';
import { listenersOf, strangerOn } from '../../src/server/port-owner.js';
import { enter, env, joinAs, makeDirectory, makeHome, recordOf } from './homes.js';

// Whatever listens on 7233 of the machine that runs the tests is not part of them.
vi.mock('../../src/server/default-port-server.js', async (original) => {
  const actual = await original<typeof import('../../src/server/default-port-server.js')>();
  return {
    findDefaultPortServer: async (from: NodeJS.ProcessEnv, port?: number) =>
      port ? actual.findDefaultPortServer(from, port) : undefined,
  };
});

const listeners: Server[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

/** Listens on a free port and hangs up on whoever calls; the port. */
async function listenAsSomethingElse(): Promise<number> {
  const listener = createServer((socket) => socket.on('error', () => {}).end('220 hello\r\n')).listen(0, '127.0.0.1');
  listeners.push(listener);
  await new Promise((resolve) => listener.once('listening', resolve));
  return (listener.address() as AddressInfo).port;
}

async function find(settings: NodeJS.ProcessEnv, startIfNone = true) {
  const membership = await joinAs(await makeHome());
  return findServer(membership, { env: { ...env, ...settings }, startIfNone });
}

describe('a configured server', () => {
  it('is used, in its namespace', async () => {
    const { server } = await enter(await makeHome());
    const found = await find({ TEMPORAL_ADDRESS: server.address });
    expect(found).toMatchObject({ kind: 'configured', address: server.address, namespace: 'default' });
    expect(found.version).toBe(server.version);
  });

  it('comes from a profile too', async () => {
    const { server } = await enter(await makeHome());
    const file = join(await makeDirectory(), 'temporal.toml');
    await writeFile(file, `[profile.other]\naddress = "${server.address}"\n`);
    const found = await find({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'other' });
    expect(found).toMatchObject({ kind: 'configured', address: server.address });
  });

  it('must have the namespace', async () => {
    const { server } = await enter(await makeHome());
    const finding = find({ TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'nowhere' });
    await expect(finding).rejects.toMatchObject({ type: 'NoNamespace', message: expect.stringContaining('`nowhere`') });
  });

  it('is never replaced by another when nothing listens there', async () => {
    await expect(find({ TEMPORAL_ADDRESS: '127.0.0.1:1' })).rejects.toMatchObject({
      name: 'UnavailableError',
      type: 'ServerUnavailable',
      message: expect.stringMatching(/127\.0\.0\.1:1 \(from TEMPORAL_ADDRESS\).*nothing listens/),
      advice: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
  });

  it('is never replaced by another when something else listens there', async () => {
    const address = `127.0.0.1:${await listenAsSomethingElse()}`;
    const finding = find({ TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: 'canary', TEMPORAL_TLS: 'false' });
    await expect(finding).rejects.toMatchObject({ message: expect.stringContaining('not a Temporal server') });
    await expect(finding).rejects.not.toMatchObject({ message: expect.stringContaining('canary') });
  });

  it('is an error when the profile does not exist', async () => {
    await expect(find({ TEMPORAL_PROFILE: 'nobody' })).rejects.toMatchObject({
      type: 'BadTemporalConfig',
      message: expect.stringContaining('nobody'),
    });
  });

  it('is none when its variable is set to nothing', async () => {
    await expect(find({ TEMPORAL_ADDRESS: '' }, false)).rejects.toMatchObject({ type: 'NoServer' });
  });
});

describe('a server on the default port', () => {
  it('is used', async () => {
    const home = await makeHome();
    const { server } = await enter(home);
    const { port } = await recordOf(home);
    const found = await findDefaultPortServer(
      { ...env, TEMPORAL_NAMESPACE: 'mine', FANFOLD_WEB_UI: 'http://ui/' },
      port,
    );
    // Only of its own server does a home know what has been prepared.
    const { prepared, ...known } = server;
    expect(prepared).toBe(false);
    expect(found).toEqual({ ...known, kind: 'default-port', namespace: 'mine', uiUrl: 'http://ui' });
  });

  it('is left alone when it is not a Temporal server', async () => {
    expect(await findDefaultPortServer(env, await listenAsSomethingElse())).toBeUndefined();
  });
});

describe('whoever listens on a port', () => {
  it('is read from the kernel’s table', () => {
    const row = (local: string, state: string, uid: number) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 1 2 0`;
    const table = ['  sl  local_address …', row('0100007F:1C41', '0A', 1_001), row('0100007F:1C41', '01', 1_002)];
    expect(
      listenersOf([...table, row('00000000:1C41', '0A', 1_003), row('0100007F:1C42', '0A', 5), ''].join('\n'), 7_233),
    ).toEqual([1_001, 1_003]);
  });

  it('is no stranger where it is this user', async () => {
    expect(await strangerOn(await listenAsSomethingElse())).toBeUndefined();
  });

  it.skipIf(process.getuid?.() !== 0)('is one where it is another person, whose server is not used', async () => {
    const script = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
    const child = spawn(process.execPath, ['-e', script], {
      uid: 65_534,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [port] = (await once(child.stdout, 'data')) as [Buffer];
      expect(await strangerOn(Number(port))).toBe(65_534);
      expect(await findDefaultPortServer(env, Number(port))).toBeUndefined();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('the embedded server', () => {
  it('is the last resort, and others of the home see who uses it', async () => {
    const home = await makeHome();
    const membership = await joinAs(home, 'worker');
    const server = await findServer(membership, { env, startIfNone: true });
    expect(server.kind).toBe('embedded');
    expect(await membership.live('worker')).toMatchObject([{ pid: process.pid, address: server.address }]);
    const other = await joinAs(home);
    expect(await findServer(other, { env, startIfNone: false })).toEqual(server);
  });

  it('is not started when none shall be', async () => {
    await expect(find({}, false)).rejects.toMatchObject({ name: 'UnavailableError', type: 'NoServer' });
  });
});
