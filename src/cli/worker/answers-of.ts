import { openCassette } from '../../journal/index.js';
import type { Journal } from '../../journal/index.js';
import type { WorkerSettings } from '../../worker/index.js';
import { cassetteOf } from '../home/cassette-of.js';
import { modelLayerOf } from '../home/model-layer.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import type { HomeGateway } from '../../home-gateway/index.js';

/** Where a worker's answers come from, and how to end what was opened for them. */
export interface Answers extends Pick<WorkerSettings, 'api' | 'cassette' | 'gateway'> {
  journal: Journal;
  close(): Promise<void>;
}

/**
 * The journal, a cassette where the environment names one, the API where there is a key, and the gateway that the environment names or, on
 * the home's own server, that of the home.
 */
export async function answersOf(
  { home, server }: Pick<Session, 'home' | 'server'>,
  world: World,
  say: Say,
  ofHome: HomeGateway | undefined,
): Promise<Answers> {
  const cassette = cassetteOf(world);
  const recorded = cassette && (await openCassette(cassette));
  const { api, journal, gateway, close } = await modelLayerOf(home, world, say, async () =>
    server.kind === 'embedded' ? ofHome?.connect(say) : undefined,
  );
  return {
    ...(api && { api }),
    ...(gateway && { gateway }),
    ...(recorded && { cassette: recorded }),
    journal,
    close,
  };
}
