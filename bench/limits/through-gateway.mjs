import { GatewayClient, gatewayAddressOf } from '../../dist/src/gateway/index.js';
import { taskQueues } from '../../dist/src/contract/names.js';
import * as limiter from '../../dist/src/model/limiter/index.js';
import { gatewaySlots } from '../../dist/src/worker/gateway-slots.js';
import { runTasks } from './tasks.mjs';

/** Slots and link as a worker has them that asks through a gateway; the task queue is a list. */
export async function throughGateway(address, ask, until, told) {
  const client = await GatewayClient.connect({ address: gatewayAddressOf(address), say: () => {} });
  const { slots } = gatewaySlots(client, client, taskQueues.model, 200, limiter);
  const begin = () => ({ body: ask(), asker: `${process.pid}/${told.begun}` });
  await runTasks(slots, { until, told, begin, attempt });
  client.close();

  async function attempt(task) {
    const payer = {
      signal: new AbortController().signal,
      remainingMs: () => 60_000,
      waiting: (wait) => wait(),
      left: () => {},
      ended: () => {},
      checkReserve: () => {},
      mayPaySecond: () => true,
      answered: () => {},
      purse: () => undefined,
    };
    try {
      await client.payOnce({ offline: false, form: {}, run: 'bench', ...task }, payer);
      told.ok += 1;
    } catch (error) {
      const { type, retryAfterMs = 1_000 } = error.failure ?? error;
      if (type === 'RateLimited' || type === 'Overloaded') return { task, waitMs: retryAfterMs };
      told.failed += 1;
    }
  }
}
