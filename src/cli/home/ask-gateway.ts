import { UnavailableError } from '../../contract/errors.js';
import { gatewayIn } from '../../contract/gateway.js';
import type { LimiterSnapshot, QueueLimits } from '../../contract/limiter.js';
import { taskQueues } from '../../contract/names.js';
import type { Spend } from '../../journal/index.js';
import { modelApiOf } from './api-key.js';
import type { World } from '../world.js';

/**
 * How the limiters of the gateway stand that the environment names; `undefined` where it names none.
 *
 * @throws UnavailableError `NoGateway` where it does not say
 */
export async function gatewayLimits(world: World): Promise<QueueLimits[] | undefined> {
  if (!gatewayIn(world.env)) return undefined;
  return queueLimitsOf(await askGateway<GatewayLimits>('limits', world));
}

type GatewayLimits = Record<'paid' | 'offline', LimiterSnapshot[]>;

/** How a gateway's limiters stand, by the task queues whose calls they hold back. */
export function queueLimitsOf({ paid, offline }: GatewayLimits): QueueLimits[] {
  return [
    { taskQueue: taskQueues.model, limiters: paid },
    { taskQueue: taskQueues.offlineModel, limiters: offline },
  ];
}

/**
 * The ledger of the gateway that the environment names, from a day on; `undefined` where it names none.
 *
 * @throws UnavailableError `NoGateway` where it does not say
 */
export async function gatewaySpend(sinceDay: string, world: World): Promise<Spend[] | undefined> {
  return gatewayIn(world.env) ? askGateway<Spend[]>(`spend?since=${sinceDay}`, world) : undefined;
}

async function askGateway<Answer>(what: string, world: World): Promise<Answer> {
  const { baseURL = '', apiKey = '' } = modelApiOf(world) ?? {};
  // Loaded on demand: it brings an HTTP client along.
  const { connectionsBy } = await import('../../network/connections.js');
  const connections = connectionsBy(world.env);
  try {
    const { statusCode, body } = await connections.request({
      origin: baseURL,
      path: `/fanfold/v1/${what}`,
      method: 'GET',
      headers: { 'x-api-key': apiKey },
    });
    if (statusCode !== 200) throw new Error(`it answered ${statusCode}`);
    return (await body.json()) as Answer;
  } catch (error) {
    throw new UnavailableError(
      'NoGateway',
      `The gateway of FANFOLD_GATEWAY does not say how things stand: ${(error as Error).message}.`,
      'See whether `fanfold gateway` runs there, and whether FANFOLD_GATEWAY_TOKEN is a token of it.',
    );
  } finally {
    await connections.destroy();
  }
}
