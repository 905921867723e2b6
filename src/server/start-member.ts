import type { ChildProcess } from 'node:child_process';

import { withHomeLock } from './home-lock.js';
import { beginPresence, firstPresencePath } from './presence.js';
import { identityOf } from './process-identity.js';

/**
 * Starts the process of a worker, which the others of the home see from now on. Its own record replaces the one that is written
 * here: it joins the home under the lock that this has.
 */
export function startMember(home: string, start: () => ChildProcess): Promise<ChildProcess> {
  return withHomeLock(home, async () => {
    const child = start();
    const identity = child.pid === undefined ? undefined : await identityOf(child.pid);
    if (identity !== undefined)
      await beginPresence(firstPresencePath(home, identity.pid), home, { ...identity, role: 'worker', address: '' });
    return child;
  });
}
