import { openCassette } from '../../journal/index.js';
import type { Journal } from '../../journal/index.js';
import type { WorkerSettings } from '../../worker/index.js';
import { modelApiOf } from '../home/api-key.js';
import { cassetteOf } from '../home/cassette-of.js';
import { openJournalOf } from '../home/journal-of.js';
import type { Say } from '../home/session.js';
import type { World } from '../world.js';

/** Where a worker's answers come from: the journal, a cassette where the environment names one, and the API where there is a key. */
export async function answersOf(
  home: string,
  world: World,
  say: Say,
): Promise<Pick<WorkerSettings, 'api' | 'cassette'> & { journal: Journal }> {
  const api = modelApiOf(world);
  const cassette = cassetteOf(world);
  return {
    ...(api && { api }),
    ...(cassette && { cassette: await openCassette(cassette) }),
    journal: await openJournalOf(home, world, say),
  };
}
