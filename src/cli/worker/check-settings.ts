import { checkJournalOf } from '../home/journal-of.js';
import type { World } from '../world.js';
import { checkApiKey } from './ensure-worker.js';
import { idleTime } from './idle-time.js';
import type { WorkerNeed } from './worker-need.js';

/**
 * Checks what the environment says before anything is started.
 *
 * @throws UnavailableError `NoApiKey` when a worker would have to be started that could not do its work
 * @throws InputError when a variable says what cannot be
 */
export function checkSettings(need: WorkerNeed, world: World): void {
  checkApiKey(need, world);
  checkJournalOf(world);
  idleTime(world);
}
