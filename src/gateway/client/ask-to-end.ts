import { request } from 'node:http';

import { endPath } from '../protocol/frames.js';

/** Longest wait for it to answer, in milliseconds. */
const withinMs = 5_000;

/** Asks the gateway at a socket of the home to end: it takes no new calls, and those under way come to their end. One that is gone need not be asked. */
export function askGatewayToEnd(socketPath: string): Promise<void> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, host: 'localhost', path: endPath, method: 'POST', timeout: withinMs });
    asked.once('response', (response) => response.resume());
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => {}).once('close', () => resolve());
    asked.end();
  });
}
