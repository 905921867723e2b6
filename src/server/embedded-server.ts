import { setTimeout as sleep } from 'node:timers/promises';

import { embeddedNamespace } from './await-ready.js';
import { endServer } from './end-server.js';
import { findTemporalCli } from './find-temporal-cli.js';
import { withHomeLock } from './home-lock.js';
import type { HomeMembership } from './membership.js';
import { embeddedVersion } from './embedded-version.js';
import { isPrepared } from './prepare-namespace.js';
import { isServerOf } from './server-process.js';
import { readServerRecord } from './server-record.js';
import type { ServerRecord } from './server-record.js';
import { startOnFreePorts } from './start-on-free-ports.js';
import type { TemporalServer } from './temporal-server.js';

/** Milliseconds of silence after which a live server is of no use. */
const answerWithinMs = 15_000;

/** The embedded server of the home, if it runs. */
export async function findEmbedded({ home }: HomeMembership): Promise<TemporalServer | undefined> {
  return withHomeLock(home, () => adopt(home));
}

/**
 * Returns the embedded server of the home. It is started where it does not run.
 *
 * @throws UnavailableError when there is no Temporal CLI, or the server does not start
 */
export async function findOrStartEmbedded(membership: HomeMembership, env: NodeJS.ProcessEnv): Promise<TemporalServer> {
  const { home } = membership;
  const running = await findEmbedded(membership);
  if (running !== undefined) return running;
  // The CLI is found outside the lock, because it may be a long download.
  const cli = await findTemporalCli(env, membership.say);
  return withHomeLock(
    home,
    async (held) => (await adopt(home)) ?? described(await startOnFreePorts({ home, cli, env }, held)),
  );
}

/** The running server if it answers; a server that does not is ended. Under the home lock only. */
export async function adopt(home: string): Promise<TemporalServer | undefined> {
  const record = await readServerRecord(home);
  if (record === undefined) return undefined;
  const deadline = Date.now() + answerWithinMs;
  while ((await isServerOf(home, record)) && Date.now() < deadline) {
    const server = await described(record).catch(() => undefined);
    if (server !== undefined) return server;
    await sleep(50);
  }
  await endServer(home, record);
  return undefined;
}

async function described({ address, uiAddress, prepared }: ServerRecord): Promise<TemporalServer> {
  const version = await embeddedVersion(address, 5_000);
  return {
    kind: 'embedded',
    address,
    namespace: embeddedNamespace,
    connectionOptions: { address },
    uiUrl: uiAddress,
    ...(version !== '' && { version }),
    prepared: isPrepared(prepared),
  };
}
