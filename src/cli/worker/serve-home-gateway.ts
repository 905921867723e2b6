import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { workerIdentity } from '../../contract/names.js';
import { CpuPool } from '../../cpu/index.js';
import { startGateway } from '../../gateway/index.js';
import type { RunningGateway } from '../../gateway/index.js';
import type { Journal } from '../../journal/index.js';
import { loadSdk } from '../../model/call/client.js';
import { capturesContent } from '../../model/call/gen-ai-tracer.js';
import type { Secrets } from '../../secrets/index.js';
// Nothing of Temporal is loaded.
import {
  clearPlace,
  gatewayPlace,
  gatewaysIn,
  givePlace,
  isListening,
  isPlaceOf,
  takePlace,
} from '../../server/gateway-place.js';
import type { GatewayPlace, GatewayRecord } from '../../server/gateway-place.js';
import { openHome } from '../../server/home.js';
import { identityOf, isAlive } from '../../server/process-identity.js';
import { openJournalOf } from '../home/journal-of.js';
import { packageVersion } from '../package-version.js';
import { gatewayApis } from './gateway-api.js';
import { gatewayLimits } from './gateway-limits.js';

/** Most calls at once of a home's gateway, in numbers no home comes to: each worker keeps to its own `--concurrency`. */
const mostCalls = 10_000;

/** How often it looks whether it is needed, in milliseconds, and how long it stays when it is not: a worker that was killed is followed by another. */
const looking = { everyMs: 500, idleMs: 5_000 };

/** What the process of a home's gateway is given. */
export interface HomeGatewayWorld {
  /** Absolute path. */
  home: string;
  /** The digest that its workers find it by. */
  settings: string;
  /** Calls at once to begin with; by default as many as the API has taken before. */
  rampFrom: number | undefined;
  env: NodeJS.ProcessEnv;
  cwd: string;
  pid: number;
  secrets: Secrets;
  say(message: string): void;
  /** Aborted when the process is told to end. */
  told: AbortSignal;
}

/**
 * Serves the workers of a home until nobody needs it, or it is told to end; then calls under way come to their end. It ends at once where
 * there is another one of the same settings.
 */
export async function serveHomeGateway(world: HomeGatewayWorld): Promise<void> {
  const { home, settings, env, say } = world;
  const place = gatewayPlace(home, settings, world.cwd);
  if (place === undefined || (await isListening(place.socket))) return;
  await openHome(home, env);
  const apis = gatewayApis(world, world.secrets);
  const journal = await openJournalOf(home, world, say);
  const cpu = new CpuPool();
  const asked = new AbortController();
  try {
    await takeOverFromDead(world, journal);
    const { limiters, keep } = await gatewayLimits(
      home,
      { concurrency: mostCalls, rampFrom: world.rampFrom },
      world,
      say,
    );
    let gateway: RunningGateway | undefined;
    const inode = await takePlace(home, place, await recordOf(world), async (path) => {
      gateway = await startGateway({
        listen: { kind: 'unix', path, shown: `unix:${path}` },
        journal,
        apiOf: (question) => apis.apiOf(question),
        foreignLine: 'paid',
        journalAll: false,
        limiters,
        secrets: world.secrets,
        env,
        tracesContent: capturesContent(env),
        cpu,
        onEndAsked: () => asked.abort(),
        tellsTotals: true,
        version: packageVersion(),
        say,
      });
    });
    if (gateway === undefined) return;
    const stopRemembering = keep(gateway);
    // Workers find it first.
    setImmediate(loadSdk);
    await untilDone(gateway, place, inode, AbortSignal.any([world.told, asked.signal]));
    await givePlace(place, inode);
    await gateway.drain();
    await stopRemembering();
  } finally {
    await journal.close();
    await cpu.close();
    await apis.stop();
  }
}

/** Resolves when nobody has needed it for a while, its place is another's, or it is told to end. */
async function untilDone(
  gateway: RunningGateway,
  place: GatewayPlace,
  inode: bigint,
  told: AbortSignal,
): Promise<void> {
  let neededAtMs = performance.now();
  while (!told.aborted && performance.now() - neededAtMs < looking.idleMs) {
    await sleep(looking.everyMs, undefined, { signal: told }).catch(() => {});
    if (!(await isPlaceOf(place, inode))) return;
    if (gateway.isNeeded()) neededAtMs = performance.now();
  }
}

/** Nobody shall wait for what gateways were asking that were killed, nor find them. */
async function takeOverFromDead(
  { home, cwd, settings }: HomeGatewayWorld,
  journal: Pick<Journal, 'abandon'>,
): Promise<void> {
  for (const before of await gatewaysIn(home, cwd)) {
    if (await isAlive(before.process)) continue;
    await journal.abandon(workerIdentity(hostname(), before.process.pid));
    if (before.settings !== settings) await clearPlace(before);
  }
}

async function recordOf({ pid }: HomeGatewayWorld): Promise<GatewayRecord> {
  const { startTime = '' } = (await identityOf(pid)) ?? {};
  return { pid, startTime, version: packageVersion(), startedAt: new Date().toISOString() };
}
