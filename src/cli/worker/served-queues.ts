import { taskQueues } from '../../contract/names.js';
import { shownAddress } from '../../secrets/index.js';
import type { RunningWorkers } from '../../worker/index.js';
import type { Session } from '../home/session.js';

/** One line that says what a worker does, and what it cannot do. */
export function servedQueues({ taskQueues: served }: RunningWorkers, session: Session, concurrency: number): string {
  const paid = served.includes(taskQueues.model) ? '' : '; no key of a model API, so only offline runs';
  return `worker at ${shownAddress(session.server.address)} serves ${served.join(', ')}; at most ${concurrency} model calls at once${paid}.`;
}
