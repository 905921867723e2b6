import { setTimeout as sleep } from 'node:timers/promises';

import { endServer } from './end-server.js';
import type { HomeMembership, Say } from './membership.js';
import { homePaths } from './paths.js';
import { restartEmbedded } from './restart-embedded.js';
import { boundLog } from './server-log.js';
import { isServerOf } from './server-process.js';
import { readServerRecord } from './server-record.js';
import type { TemporalServer } from './temporal-server.js';

/** Milliseconds between two looks at the server, and the longest pause after failed restarts. */
const pollMs = 1_000;
const longestPauseMs = 30_000;

/**
 * Restarts the embedded server when it has died, on the same port and with the same database, so that connected clients and
 * workers heal by themselves. The Web UI moves only if its port was taken meanwhile. Other servers are left alone. Supervision
 * ends with the returned function, or when the member leaves; it does not keep the process alive. A server whose home was removed is ended, by
 * the returned function too: nobody could find it any more.
 *
 * @param onEvent told of each restart, and of each new reason why one failed
 */
export function superviseServer(membership: HomeMembership, server: TemporalServer, onEvent: Say): () => Promise<void> {
  const stop = new AbortController();
  const stopped = AbortSignal.any([stop.signal, membership.left]);
  const over = server.kind === 'embedded' ? supervise({ membership, server, onEvent, stopped }) : Promise.resolve();
  return async () => {
    stop.abort();
    await over;
  };
}

interface Watch {
  membership: HomeMembership;
  server: TemporalServer;
  onEvent: Say;
  stopped: AbortSignal;
}

async function supervise({ membership, server, onEvent, stopped }: Watch): Promise<void> {
  const { home } = membership;
  let pauseMs = pollMs;
  let lastFailure = '';
  let isMissed = false;
  let lastSeen = await readServerRecord(home).catch(() => undefined);
  while (await paused(pauseMs, stopped)) {
    try {
      const record = await readServerRecord(home);
      if (record === undefined && !(await membership.isIn())) break;
      // A home that is being removed has lost its files one by one: whether it is there, the next look says.
      const isMissedFirst = record === undefined && !isMissed;
      isMissed = record === undefined;
      if (isMissedFirst) continue;
      if (record !== undefined && record.address !== server.address) {
        onEvent(
          `the Temporal server had ended and was restarted at ${record.address}, for its port was taken: start again.`,
        );
        return;
      }
      lastSeen = record ?? lastSeen;
      await boundLog(homePaths(home).log);
      if (record === undefined || !(await isServerOf(home, record))) {
        const restarted = await restartEmbedded(membership, server, stopped);
        if (restarted) onEvent(`the Temporal server at ${server.address} had ended and was restarted.`);
      }
      pauseMs = pollMs;
      lastFailure = '';
    } catch (error) {
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      const failure = (error as Error).message;
      if (failure !== lastFailure) onEvent(`the Temporal server at ${server.address} has ended. ${failure}`);
      lastFailure = failure;
    }
  }
  // Of a member that has left nothing can be told.
  if (membership.left.aborted || (await membership.isIn())) return;
  // No process could find the server any more, and its database is gone with the home.
  if (lastSeen !== undefined) await endServer(home, lastSeen);
  if (!stopped.aborted)
    onEvent(`${home} was removed, and with it the database of the Temporal server, which was stopped.`);
}

async function paused(ms: number, stopped: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { ref: false, signal: stopped }).catch(() => {});
  return !stopped.aborted;
}
