import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

import type { GatewayTotals } from '../../contract/gateway-totals.js';
import { totalsPath } from '../protocol/frames.js';

/** Longest wait for it to answer, in milliseconds. */
const withinMs = 2_000;

/** What the gateway at a socket of the home has done since it was started; `undefined` where it does not say. */
export async function askGatewayTotals(socketPath: string): Promise<GatewayTotals | undefined> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const signal = AbortSignal.timeout(withinMs);
      request({ socketPath, host: 'localhost', path: totalsPath, agent: false, signal }, resolve)
        .once('error', reject)
        .end();
    });
    if (response.statusCode === 200) return (await json(response)) as GatewayTotals;
    response.resume();
  } catch {
    // It is about to end, or another version's.
  }
  return undefined;
}
