import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { failOver } from '../../client/index.js';
import { workerIdentity } from '../../contract/names.js';
import type { Journal } from '../../journal/index.js';
import type { Say, Session } from '../home/session.js';

/** How often a worker looks for dead ones, in milliseconds. */
const lookMs = 250;
/** How often a dead worker's work is looked for: work that the server had just given to it shows a moment later. */
const looks = 8;

/**
 * Takes over from killed workers of this home, until the returned function is called. Their processes are known to be gone, so
 * nobody need wait for missed heartbeats. Workers elsewhere are left to the server.
 */
export function takeOver({ membership, client }: Session, journal: Pick<Journal, 'abandon'>, say: Say): () => void {
  const stop = new AbortController();
  const looked = new Map<string, number>();
  void (async () => {
    while (!stop.signal.aborted) {
      await look().catch(() => {});
      await sleep(lookMs, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  })();
  return () => stop.abort();

  async function look(): Promise<void> {
    const dead = (await membership.dead()).filter(({ role }) => role !== 'command');
    if (dead.length === 0) return;
    const live = new Set((await membership.live()).map(({ pid }) => pid));
    const due = dead.filter(({ pid, startTime }) => {
      const times = looked.get(`${pid}/${startTime}`) ?? 0;
      looked.set(`${pid}/${startTime}`, times + 1);
      // A process id may have been given again.
      return times < looks && !live.has(pid);
    });
    if (due.length === 0) return;
    const identities = due.map(({ pid }) => workerIdentity(hostname(), pid));
    for (const identity of identities) await journal.abandon(identity);
    const handedOn = await failOver(client, new Set(identities));
    if (handedOn > 0)
      say(`took over ${handedOn} ${handedOn === 1 ? 'activity' : 'activities'} of a worker that is gone.`);
  }
}
