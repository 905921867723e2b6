import type { RunView } from '../../client/index.js';
import type { StoredBranch } from '../../contract/branch.js';
import { outcomeLine } from './outcome-line.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from '../home/session.js';
import { SituationWatch } from './situation.js';
import { line } from './terminal-text.js';
import { whyWaiting } from './waiting-line.js';
import type { World } from '../world.js';

/** Milliseconds without news after which a log says what is waited for. */
const silenceMs = 10_000;

/** Progress for pipes and logs: a line for each branch as it ends, and from time to time the reason why none does. */
export function showPlain(session: Session, view: RunView, world: World): ProgressView {
  const situation = new SituationWatch(session, view, 'log');
  let ended = 0;
  const place = () => `[${ended}${view.planned.grows ? '' : `/${view.planned.total}`}]`;
  const tellWhy = () => {
    const total = Math.max(view.planned.total, view.places.length);
    const why = whyWaiting(situation.now, { ended, total, unallowed: view.approvals.size }, Date.now());
    if (why !== undefined) world.stderr.write(line`${place()} waiting: ${why}\n`);
  };
  const timer = setInterval(tellWhy, silenceMs);
  return {
    wantsEach: true,
    ended(outcome: StoredBranch): void {
      ended += 1;
      timer.refresh();
      world.stderr.write(line`${place()} ${outcomeLine(outcome, world.stderr)}\n`);
    },
    stop(): void {
      clearInterval(timer);
      situation.stop();
    },
  };
}
