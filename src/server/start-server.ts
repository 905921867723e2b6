import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';

import { awaitReady } from './await-ready.js';
import { endServer } from './end-server.js';
import { tightenFiles } from './home-modes.js';
import type { HomeLock } from './home-lock.js';
import { homePaths } from './paths.js';
import { rememberPorts } from './ports.js';
import type { Ports } from './ports.js';
import { identityOf } from './process-identity.js';
import { serverArguments } from './server-flags.js';
import { boundLog, logTail } from './server-log.js';
import { addressesOf, removeServerRecord, writeServerRecord } from './server-record.js';
import type { ServerRecord } from './server-record.js';
import { serverFailure } from './server-failure.js';
import type { TemporalCli } from './temporal-cli.js';
import { privately } from './user.js';

/** Variables that a server does not get: it outlives its starter, and any process of this user may read its environment. */
const keptFromServer = /^(ANTHROPIC|TEMPORAL|FANFOLD)_/;

export interface StartPlan {
  home: string;
  cli: TemporalCli;
  ports: Ports;
  env: NodeJS.ProcessEnv;
}

/**
 * Starts the embedded server in a session of its own, so that Ctrl-C does not reach it, and waits until it can be used.
 *
 * @throws UnavailableError with the end of the log; of type `PortTaken` or `DatabaseUnusable` where that is why
 */
export async function startServer({ home, cli, ports, env }: StartPlan, held: HomeLock): Promise<ServerRecord> {
  const { log: logPath, database } = homePaths(home);
  const itsFiles = [database, `${database}-wal`, `${database}-shm`, logPath];
  // SQLite gives its log the mode of the database.
  await tightenFiles(itsFiles);
  await boundLog(logPath);
  const log = await open(logPath, 'a', 0o600);
  let spawnError: Error | undefined;
  let logStart = 0;
  const started = async () => {
    logStart = (await log.stat()).size;
    held.assertHeld();
    const child = privately(() =>
      spawn(cli.path, serverArguments(home, ports), {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        cwd: home,
        env: Object.fromEntries(Object.entries(env).filter(([name]) => !keptFromServer.test(name))),
      }),
    );
    child.unref();
    child.once('error', (error) => {
      spawnError = error;
    });
    return child;
  };
  const child = await started().finally(() => log.close());
  const identity = child.pid === undefined ? undefined : await identityOf(child.pid);
  if (identity === undefined) throw serverFailure(home, await logTail(logPath, logStart), spawnError);
  const record = {
    ...identity,
    ...addressesOf(ports),
    ...ports,
    version: cli.version,
    startedAt: new Date().toISOString(),
  };
  // The record is written before the server is ready: after a crash at this point the next process finds it, and need not start a
  // second one.
  await writeServerRecord(home, record);
  try {
    await awaitReady(record, child);
    await tightenFiles(itsFiles);
    await rememberPorts(home, ports);
    return record;
  } catch (error) {
    await endServer(home, record);
    await removeServerRecord(home);
    throw serverFailure(home, await logTail(logPath, logStart), error);
  }
}
