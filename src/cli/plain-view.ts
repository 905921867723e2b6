import type { RunView } from '../client/index.js';
import type { StoredBranch } from '../contract/outcome.js';
import { outcomeLine } from './outcome-line.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from './session.js';
import type { World } from './world.js';

/** Progress for pipes and logs: a line for each branch as it ends. */
export function showPlain(_session: Session, view: RunView, world: World): ProgressView {
  let ended = 0;
  return {
    wantsEach: true,
    ended(outcome: StoredBranch): void {
      ended += 1;
      world.stderr.write(
        `[${ended}${view.planned.grows ? '' : `/${view.planned.total}`}] ${outcomeLine(outcome, world.stderr)}\n`,
      );
    },
    stop(): void {},
  };
}
