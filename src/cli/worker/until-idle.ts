import { setTimeout as sleep } from 'node:timers/promises';

import { openRuns } from '../../client/index.js';
import { isAskedToEnd } from '../../server/index.js';
import type { Session } from '../home/session.js';

/** How often a background worker looks whether it is needed, in milliseconds. */
const idleCheckMs = 300;

/** How long at least nobody must have needed a background worker before it ends, in milliseconds. */
export const leastIdleMs = 2_000;

/** How often a worker that nobody needs asks for open runs, in milliseconds: no command is there that could have begun one. */
const openRunsCheckMs = 5_000;

/**
 * Ends when nobody has needed the worker for a while, because no command of its home is left and no run is open; or when it is
 * asked to end, or its home was removed, for nobody could find it any more.
 *
 * @param idleMs how long
 */
export async function untilIdle(session: Session, idleMs: number): Promise<void> {
  const waitMs = Math.max(leastIdleMs, idleMs);
  const { membership } = session;
  let neededAtMs = Date.now();
  let askedAtMs = 0;
  let isIdle = false;
  while (Date.now() - neededAtMs < waitMs && (await membership.isIn()) && !(await isAskedToEnd(membership.home))) {
    await sleep(idleCheckMs);
    const commands = await membership.live('command').catch(() => []);
    if (commands.length === 0 && isIdle && Date.now() - askedAtMs < openRunsCheckMs) continue;
    askedAtMs = Date.now();
    // A server that cannot be asked may well have open runs.
    const open = commands.length > 0 || (await openRuns(session.client).catch(() => ['unknown'])).length > 0;
    if (open) neededAtMs = Date.now();
    if (isIdle === !open) continue;
    isIdle = !open;
    await membership.update({ idleUntilMs: isIdle ? Date.now() + waitMs : undefined });
  }
}
