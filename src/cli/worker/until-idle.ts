import { setTimeout as sleep } from 'node:timers/promises';

import { openRuns } from '../../client/index.js';
import type { Session } from '../home/session.js';

/** How often a background worker looks whether it is needed, and how long nobody must have needed it, in milliseconds. */
const idleCheckMs = 300;
const idleAfterMs = 2_000;

/** Ends when nobody has needed the worker for a while: no command of its home is left, and no run is open. */
export async function untilIdle(session: Session): Promise<void> {
  let neededAt = Date.now();
  while (Date.now() - neededAt < idleAfterMs) {
    await sleep(idleCheckMs);
    const commands = await session.membership.live('command').catch(() => []);
    // A server that cannot be asked may well have open runs.
    const open = commands.length > 0 || (await openRuns(session.client).catch(() => ['unknown'])).length > 0;
    if (open) neededAt = Date.now();
  }
}
