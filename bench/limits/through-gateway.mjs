import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayClient, gatewayAddressOf } from '../../dist/src/gateway/index.js';
import { taskQueues } from '../../dist/src/contract/names.js';
import * as limiter from '../../dist/src/model/limiter/index.js';
import { answerFormOf } from '../../dist/src/model/call/answer-form.js';
import { gatewaySlots } from '../../dist/src/worker/gateway-slots.js';

/** Slots and link as a worker has them that asks through a gateway; the task queue is a list. */
export async function throughGateway(address, ask, until, told) {
  const client = await GatewayClient.connect({ address: gatewayAddressOf(address), say: () => {} });
  const { slots } = gatewaySlots(client, client, taskQueues.model, 200, limiter);
  const form = answerFormOf({}, { cpu: {}, run: '' });
  const waiting = new AbortController();
  setMaxListeners(0, waiting.signal);
  const timer = setTimeout(() => waiting.abort(), until - Date.now());
  const again = [];
  const inFlight = new Set();
  while (Date.now() < until) {
    const slot = await slots.acquire(waiting.signal).catch(() => undefined);
    if (slot === undefined) break;
    slot.use();
    const due = again.findIndex(({ at }) => at <= Date.now());
    if (due < 0) told.begun += 1;
    const task = due < 0 ? { body: ask(), asker: `${process.pid}/${told.begun}` } : again.splice(due, 1)[0];
    const work = attempt(task).finally(() => {
      slot.release();
      inFlight.delete(work);
    });
    inFlight.add(work);
  }
  clearTimeout(timer);
  await Promise.all(inFlight);
  client.close();

  async function attempt({ body, asker }) {
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
      await client.payOnce({ offline: false, body, form: {}, run: 'bench', asker }, payer, form);
      told.ok += 1;
    } catch (error) {
      const { type, retryAfterMs = 1_000 } = error.failure ?? error;
      if (type !== 'RateLimited' && type !== 'Overloaded') return void (told.failed += 1);
      again.push({ body, asker, at: Date.now() + retryAfterMs });
    }
    // What Temporal takes to report a result.
    await sleep(5);
  }
}
