import { Client, Connection } from '@temporalio/client';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { findTemporalCli } from '../../src/server/find-temporal-cli.js';
import { homePaths } from '../../src/server/paths.js';
import { isListening } from '../../src/server/probe.js';
import { isAlive } from '../../src/server/process-identity.js';
import { longestLog } from '../../src/server/server-log.js';
import { readServerRecord, writeServerRecord } from '../../src/server/server-record.js';
import { enter, env, eventually, joinAs, logOf, makeDirectory, makeHome, recordOf } from './homes.js';

it('starts a server that can be used, and says where it is', async () => {
  const home = await makeHome();
  const { server } = await enter(home, { ...env, ANTHROPIC_API_KEY: 'sk-ant-canary' });
  const record = await recordOf(home);

  expect(server).toMatchObject({
    kind: 'embedded',
    namespace: 'default',
    address: record.address,
    uiUrl: record.uiAddress,
  });
  expect(server.version).toMatch(/^\d+\./);
  expect(record.port).not.toBe(7233);
  expect(Date.parse(record.startedAt)).not.toBeNaN();
  expect((await fetch(record.uiAddress)).status).toBe(200);
  const connection = await Connection.connect(server.connectionOptions);
  const query = 'FanfoldKind = "perspectives" AND FanfoldCostUsd > 0.5 AND FanfoldBranches = 2';
  const { count } = await connection.workflowService.countWorkflowExecutions({ namespace: 'default', query });
  expect(Number(count)).toBe(0);
  await connection.close();
  if (platform() === 'linux') {
    expect(await readFile(`/proc/${record.pid}/environ`, 'utf8')).not.toContain('sk-ant-canary');
  }
});

it('is shared by all members, and stopped by the last one out', async () => {
  const home = await makeHome();
  const first = await enter(home);
  const record = await recordOf(home);
  const second = await enter(home);
  expect(second.server).toEqual(first.server);
  expect(await recordOf(home)).toEqual(record);

  await first.membership.leave();
  expect(await isAlive(record)).toBe(true);
  await second.membership.leave();
  expect(await isAlive(record)).toBe(false);
  expect(await readServerRecord(home)).toBeUndefined();
  expect(await isListening(record.port)).toBe(false);
});

it('keeps its port and its runs when it is started again', async () => {
  const home = await makeHome();
  const before = await enter(home);
  const connection = await Connection.connect(before.server.connectionOptions);
  await new Client({ connection }).workflow.start('waits', { workflowId: 'kept', taskQueue: 'nobody' });
  await connection.close();
  await before.membership.leave();

  const after = await enter(home);
  expect(after.server.address).toBe(before.server.address);
  const again = await Connection.connect(after.server.connectionOptions);
  expect((await new Client({ connection: again }).workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
  await again.close();
});

it('takes other ports when another program has its own', async () => {
  const home = await makeHome();
  const before = await enter(home);
  const { port } = await recordOf(home);
  await before.membership.leave();
  const squatter = createServer().listen(port, '127.0.0.1');
  const after = await enter(home);
  expect(after.server.address).not.toBe(before.server.address);
  squatter.close();
});

it('takes a server for dead whose process id is another process now, and leaves that process alone', async () => {
  const home = await makeHome();
  const { membership } = await enter(home);
  const record = await recordOf(home);
  await membership.leave();
  await writeServerRecord(home, { ...record, pid: process.pid, startTime: 'long ago' });

  await enter(home);
  expect((await recordOf(home)).pid).not.toBe(process.pid);
});

it('ends the server that a wrapper script started, not just the script', async () => {
  const home = await makeHome();
  const { path } = await findTemporalCli(env, () => {});
  const wrapped = await fakeCli(`'${path}' "$@"\nexit $?`);
  const { membership } = await enter(home, { ...env, PATH: `${wrapped}:${env['PATH']}` });
  const { port } = await recordOf(home);
  await membership.leave();
  await eventually(async () => ((await isListening(port)) ? undefined : true));
});

it('tells the end of the log when the server ends at once', async () => {
  const home = await makeHome();
  const { path } = await findTemporalCli(env, () => {});
  const broken = await fakeCli(
    `case "$*" in *--help|--version) exec '${path}' "$@";; esac\necho 'the flux is out' >&2; exit 3`,
  );
  const starting = enter(home, { ...env, PATH: `${broken}:${env['PATH']}` });
  await expect(starting).rejects.toMatchObject({
    name: 'UnavailableError',
    type: 'ServerNotStarted',
    message: expect.stringContaining('the flux is out'),
  });
  expect(await readServerRecord(home)).toBeUndefined();
});

it('names the database that cannot be used', async () => {
  const home = await makeHome();
  await joinAs(home);
  await writeFile(homePaths(home).database, 'not a database '.repeat(1_000));
  await expect(enter(home)).rejects.toMatchObject({
    type: 'DatabaseUnusable',
    message: expect.stringContaining(homePaths(home).database),
    advice: expect.stringContaining('away'),
  });
});

it('begins a log anew that has grown too long', async () => {
  const home = await makeHome();
  await joinAs(home);
  await writeFile(homePaths(home).log, 'bygone\n'.repeat(longestLog / 7 + 1));
  await enter(home);
  expect((await stat(homePaths(home).log)).size).toBeLessThan(longestLog);
  expect(await logOf(home)).not.toContain('bygone');
});

/** A directory with an executable `temporal` that runs this shell script. */
async function fakeCli(script: string): Promise<string> {
  const directory = await makeDirectory();
  const path = join(directory, 'temporal');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return directory;
}
