import { dataConverter } from '../../payloads/index.js';
import { startWorkers } from '../../worker/index.js';
import type { RunningWorkers } from '../../worker/index.js';
import { homePolicy, ToolRegistry } from '../../tools/index.js';
import type { PolicyRules } from '../../tools/index.js';
import { aborted, interruptible } from '../run/interrupt.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import { announceWorker } from './announce-worker.js';
import { answersOf } from './answers-of.js';
import { metricsAddressOf } from './log-line.js';
import type { HomeGateway } from '../../home-gateway/index.js';
import { untilIdle } from './until-idle.js';
import { offlineModel } from './offline-model.js';
import { limitMemory } from './remembered-limits.js';
import { publishLimits } from './publish-limits.js';
import { takeOver } from './take-over.js';
import { tellVersion, workerVersionOf } from './worker-version.js';
import type { Say, Session } from '../home/session.js';
import { tidyStore } from './tidy-store.js';
import type { World } from '../world.js';

export { installLogging } from './log-line.js';
export { HomeGateway } from '../../home-gateway/index.js';
export { servedQueues } from './served-queues.js';

const takesPlain =
  'it takes what is not encrypted, from anybody who reaches the server; start it without once no run is open that began without a key.';

export interface ServeOptions {
  concurrency: number;
  /** Calls at once to begin with; by default as many as the API has taken before, else 20, shared by the workers of the home. */
  rampFrom?: number | undefined;
  /** Whether to take payloads that are not encrypted although there is a key. */
  acceptPlain: boolean;
  /** Set for a worker in the background, which ends when no command of this home is left and no run is open: after how long, in milliseconds. */
  idleMs?: number;
  /** The home's gateway, for a worker at the home's own server. */
  gateway?: HomeGateway | undefined;
  /** Things that runs may have the worker do; by default those that commands of its home have registered. */
  policy?: PolicyRules | undefined;
  /** Called once the worker takes work. */
  onReady?: (workers: RunningWorkers) => void;
}

/**
 * Serves runs until the process is interrupted or idle. Then it takes no new work, and its calls in flight come to their end. A
 * second interruption ends the process at once.
 */
export async function serve(session: Session, options: ServeOptions, world: World, say: Say): Promise<void> {
  const offline = offlineModel(world);
  const { close, ...answers } = await answersOf(session, world, say, options.gateway);
  const { journal, gateway } = answers;
  const version = await workerVersionOf(world);
  const memory = await limitMemory(session, world);
  // The work of dead workers is taken over at once: it is there by the time that this worker takes work.
  const stopTakingOver = takeOver(session, journal, say);
  const workers = await startWorkers({
    connectionOptions: session.server.connectionOptions,
    namespace: session.server.namespace,
    dataConverter: dataConverter(encryptionKeyOf(world), { acceptPlain: options.acceptPlain }),
    concurrency: options.concurrency,
    ...memory.begin(options.rampFrom),
    onLimitChange: (taskQueue, { modelClass, what, reason, cap }) => {
      if (world.env['FANFOLD_LOG'] === 'info')
        say(`${taskQueue} ${modelClass}: ${what}, ${reason}; at most ${cap} calls at once.`);
    },
    tracing: world.tracing,
    version,
    store: session.store,
    env: world.env,
    policy: options.policy ?? homePolicy(new ToolRegistry(session.home)),
    ...answers,
    secrets: world.secrets,
    offlineModelUrl: offline.url,
  });
  const { concurrency, idleMs } = options;
  await announceWorker(session, world, idleMs === undefined ? undefined : { concurrency });
  options.onReady?.(workers);
  if (options.acceptPlain && encryptionKeyOf(world) !== undefined) say(takesPlain);
  if (version !== undefined) await tellVersion(session.client, version, say);
  const stopTidying = tidyStore(session, say);
  // A gateway has its own.
  const stopRemembering = gateway === undefined ? memory.keep(workers) : async () => {};
  const stopPublishing = publishLimits(session, { workers, gateway }, metricsAddressOf(world) !== undefined);
  try {
    await interruptible(world, async (interrupted) => {
      await Promise.race([
        workers.finished,
        aborted(interrupted),
        ...(options.idleMs === undefined ? [] : [untilIdle(session, options.idleMs)]),
      ]);
      // Nobody shall count on a worker that takes no new work.
      await session.membership.update({ ready: false });
      say('taking no new work; calls in flight come to their end. Interrupt again to end now.');
      await workers.drain();
    });
  } finally {
    stopTakingOver();
    stopPublishing();
    await stopRemembering();
    stopTidying();
    await offline.stop();
    await close();
  }
}
