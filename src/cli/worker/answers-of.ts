import { openCassette } from '../../journal/index.js';
import type { Journal } from '../../journal/index.js';
import type { WorkerSettings } from '../../worker/index.js';
import { cassetteOf } from '../home/cassette-of.js';
import { modelLayerOf } from '../home/model-layer.js';
import type { Say } from '../home/session.js';
import type { World } from '../world.js';

/** Where a worker's answers come from, and how to end what was opened for them. */
export interface Answers extends Pick<WorkerSettings, 'api' | 'cassette' | 'gateway'> {
  journal: Journal;
  close(): Promise<void>;
}

/** The journal, a cassette where the environment names one, and the gateway that it names, or the API where there is a key. */
export async function answersOf(home: string, world: World, say: Say): Promise<Answers> {
  const cassette = cassetteOf(world);
  const recorded = cassette && (await openCassette(cassette));
  const { api, journal, gateway, close } = await modelLayerOf(home, world, say);
  return {
    ...(api && { api }),
    ...(gateway && { gateway }),
    ...(recorded && { cassette: recorded }),
    journal,
    close,
  };
}
