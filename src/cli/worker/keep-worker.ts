import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { ensureWorker, localWorker } from './ensure-worker.js';
import type { EnsuredWorker, WorkerNeed } from './worker-need.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';

/** Milliseconds between two looks at the worker, and how often it is replaced: the run itself may be what kills it. */
const lookMs = 500;
const mostReplacements = 5;

export interface KeptWorker {
  /** Stops looking after the worker, and lets it end where it was started for this command. */
  release(): Promise<void>;
  /** Stops looking after the worker and leaves it going. */
  leave(): void;
}

/**
 * Makes sure that a worker serves the run for as long as the command follows it. A worker that dies is replaced.
 *
 * @param launched one that has been started for this command already
 * @throws UnavailableError when none can be had to begin with
 */
export async function keepWorker(
  session: Session,
  need: WorkerNeed,
  world: World,
  say: Say,
  launched?: ChildProcess,
): Promise<KeptWorker> {
  let worker: EnsuredWorker = await ensureWorker(session, need, world, say, launched);
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
    // A worker outside this home is looked after elsewhere.
    if (!worker.local) return;
    let replacements = 0;
    let lastError = '';
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
        const { message } = error as Error;
        if (message !== lastError) say(message);
        lastError = message;
      }
    }
  }
}

async function paused(signal: AbortSignal): Promise<boolean> {
  await sleep(lookMs, undefined, { signal, ref: false }).catch(() => {});
  return !signal.aborted;
}
