import { Client, Connection } from '@temporalio/client';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { expect, it } from 'vitest';

import { superviseServer } from '../../src/server/index.js';
import { isAlive } from '../../src/server/process-identity.js';
import { enter, eventually, makeHome, recordOf } from './homes.js';

it('restarts a killed server so that a connected client finds its runs again', async () => {
  const home = await makeHome();
  const { membership, server } = await enter(home);
  const connection = await Connection.connect(server.connectionOptions);
  const { workflow } = new Client({ connection });
  await workflow.start('waits', { workflowId: 'kept', taskQueue: 'nobody' });
  const events: string[] = [];
  superviseServer(membership, server, (event) => events.push(event));

  process.kill((await recordOf(home)).pid, 'SIGKILL');
  await eventually(() => events[0]);
  expect(events).toEqual([expect.stringContaining(`${server.address} had ended and was restarted`)]);
  expect((await workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
  await connection.close();
});

it('says once why it cannot restart, and goes on trying', async () => {
  const home = await makeHome();
  const { membership, server } = await enter(home);
  const { pid, port } = await recordOf(home);
  const events: string[] = [];
  process.kill(pid, 'SIGKILL');
  const squatter = await squat(port);
  superviseServer(membership, server, (event) => events.push(event));
  expect(await eventually(() => events[0])).toContain('took its port');

  squatter.close();
  expect(await eventually(() => events[1])).toContain('was restarted');
  expect(events).toHaveLength(2);
});

it('restarts although another program has taken the port of the Web UI', async () => {
  const { membership, server } = await enter(await makeHome());
  const { pid, uiPort } = await recordOf(membership.home);
  process.kill(pid, 'SIGKILL');
  const squatter = await squat(uiPort);
  const events: string[] = [];
  superviseServer(membership, server, (event) => events.push(event));
  expect(await eventually(() => events[0])).toContain('was restarted');
  expect((await recordOf(membership.home)).uiPort).not.toBe(uiPort);
  squatter.close();
});

it('leaves a server alone that was stopped because everybody has left', async () => {
  const home = await makeHome();
  const { membership, server } = await enter(home);
  const events: string[] = [];
  const stop = superviseServer(membership, server, (event) => events.push(event));
  const record = await recordOf(home);
  await membership.leave();
  await stop();
  expect(await isAlive(record)).toBe(false);
  expect(events).toEqual([]);
});

it('stops a server whose home was removed, for nobody could find it any more', async () => {
  const home = await makeHome();
  const { membership, server } = await enter(home);
  const record = await recordOf(home);
  const events: string[] = [];
  superviseServer(membership, server, (event) => events.push(event));
  await rm(home, { recursive: true, force: true });
  expect(await eventually(() => events[0])).toContain('was removed');
  expect(await isAlive(record)).toBe(false);
});

it('stops it too where the last member ends before it has looked', async () => {
  const home = await makeHome();
  const { membership, server } = await enter(home);
  const stop = superviseServer(membership, server, () => {});
  const record = await recordOf(home);
  await recordOf(home);
  await rm(home, { recursive: true, force: true });
  await stop();
  await membership.leave();
  expect(await isAlive(record)).toBe(false);
});

/** Listens on a port as soon as it is free. */
function squat(port: number): Promise<Server> {
  return eventually(
    () =>
      new Promise<Server | undefined>((resolve) => {
        const squatter = createServer();
        squatter.once('error', () => resolve(undefined));
        squatter.listen(port, '127.0.0.1', () => resolve(squatter));
      }),
  );
}
