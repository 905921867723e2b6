import { setTimeout as sleep } from 'node:timers/promises';

import { ensureWorker, localWorker } from './ensure-worker.js';
import type { EnsuredWorker, WorkerNeed } from './worker-need.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';

/** How often the worker is looked at, in milliseconds, and how often it is replaced: what kills it may be the run itself. */
const lookMs = 500;
const mostReplacements = 5;

export interface KeptWorker {
  /** Stops looking after it, and lets go of it where it was started for this command. */
  release(): Promise<void>;
  /** Stops looking after it and leaves it going. */
  leave(): void;
}

/**
 * Sees that a worker serves the run for as long as the command follows it: one that dies is replaced.
 *
 * @throws UnavailableError when none can be had to begin with
 */
export async function keepWorker(session: Session, need: WorkerNeed, world: World, say: Say): Promise<KeptWorker> {
  let worker: EnsuredWorker = await ensureWorker(session, need, world, say);
  const stop = new AbortController();
  const kept = keep();
  return {
    release: async () => {
      stop.abort();
      await kept;
      await worker.release();
    },
    leave: () => stop.abort(),
  };

  async function keep(): Promise<void> {
    // A worker elsewhere is somebody else's to look after.
    if (!worker.local) return;
    let replacements = 0;
    while (await paused(stop.signal)) {
      try {
        if (await localWorker(session, need, world)) continue;
        if (replacements === mostReplacements) {
          say(
            `the worker has ended ${mostReplacements + 1} times; see worker.log in ${session.home}. Go on with \`fanfold resume\`.`,
          );
          return;
        }
        replacements += 1;
        say('the worker is gone; its branches go to another.');
        worker = await ensureWorker(session, need, world, say);
      } catch (error) {
        say((error as Error).message);
      }
    }
  }
}

async function paused(signal: AbortSignal): Promise<boolean> {
  await sleep(lookMs, undefined, { signal, ref: false }).catch(() => {});
  return !signal.aborted;
}
