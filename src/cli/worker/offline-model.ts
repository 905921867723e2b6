import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { World } from '../world.js';

export interface LazyOfflineModel {
  /** Address of the offline model, started on the first call. */
  url: () => Promise<string>;
  stop(): Promise<void>;
}

/**
 * The offline model that this process asks: the one at `FANFOLD_OFFLINE_URL`, or one of its own in a thread, so that
 * reading a large document does not hold up the worker's heartbeats.
 */
export function offlineModel(world: Pick<World, 'env'>): LazyOfflineModel {
  const elsewhere = world.env['FANFOLD_OFFLINE_URL'];
  if (elsewhere) return { url: async () => elsewhere, stop: async () => {} };
  let thread: Worker | undefined;
  let url: Promise<string> | undefined;
  const start = async () => {
    thread = new Worker(new URL('./offline-thread.js', import.meta.url));
    const [message] = (await once(thread, 'message')) as [string];
    thread.unref();
    return message;
  };
  return {
    url: () => (url ??= start()),
    stop: async () => {
      await thread?.terminate();
    },
  };
}
