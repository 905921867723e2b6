import { oldestStartBefore } from '../../client/index.js';
import type { StoreStats } from '../../store/blob-store.js';
import type { Say, Session } from '../home/session.js';

/** Milliseconds for which texts are kept that no run of the server can need: as long as answers in the journal. */
const keptForMs = 90 * 24 * 3_600_000;

/** A run's inputs are stored before the run begins; a day is far more than any command takes. */
const beforehandMs = 24 * 3_600_000;

/** Milliseconds between two prunes of the store, and between two looks whether it is time. */
const everyMs = 24 * 3_600_000;
const askEveryMs = 3_600_000;

/**
 * Removes stored texts that are older than that and older than any run that the server still knows.
 *
 * @param olderThanMs milliseconds
 */
export async function pruneStore(
  { client, store }: Pick<Session, 'client' | 'store'>,
  olderThanMs: number,
  dryRun = false,
): Promise<StoreStats> {
  const cutoffMs = Date.now() - olderThanMs;
  const oldest = await oldestStartBefore(client, cutoffMs);
  return store.prune(oldest === null ? cutoffMs : oldest - beforehandMs, { dryRun });
}

/** Prunes the store once a day, whichever of its workers does it; returns what ends it. */
export function tidyStore(session: Session, say: Say): () => void {
  const tidy = async () => {
    if (!(await session.store.isTidyingDue(everyMs))) return;
    const { texts } = await pruneStore(session, keptForMs);
    if (texts > 0) say(`removed ${texts} stored texts that no run needs any more.`);
  };
  // A failure to tidy does not matter: the next time is soon.
  const timer = setInterval(() => void tidy().catch(() => {}), askEveryMs);
  void tidy().catch(() => {});
  return () => clearInterval(timer);
}
