import { tallySoFar } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import type { StoredBranch } from '../../contract/branch.js';
import { speedLine } from './bar-lines.js';
import { outcomeLine } from './outcome-line.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from '../home/session.js';
import { SituationWatch } from './situation.js';
import { line } from './terminal-text.js';
import { whyWaiting } from './waiting-line.js';
import type { World } from '../world.js';

/** Milliseconds without news after which a log says what is waited for. */
const silenceMs = 10_000;

/** Milliseconds between two lines about a run over rows, which are too many for a line each. */
const rowsMs = 5_000;

/**
 * Progress for pipes and logs: a line for each branch as it ends, and from time to time the reason why none does.
 *
 * @param toldBefore branches that were told of before the run was reset, by key, or by index in a wide run: they count
 */
export function showPlain(
  session: Session,
  view: RunView,
  world: Pick<World, 'stderr'>,
  toldBefore: ReadonlySet<string | number> = new Set(),
): ProgressView {
  const situation = new SituationWatch(session, view, 'log');
  const told = new Set(toldBefore);
  let ended = told.size;
  const place = () => `[${ended}${view.planned.grows ? '' : `/${view.total}`}]`;
  const tellWhy = () => {
    const { grows = false } = view.planned;
    // A branch that was told of before a reset may be under way again.
    const standing = { ended: tallySoFar(view).ended, total: view.total, unallowed: view.approvals.size, grows };
    const why = whyWaiting(situation.now, standing, Date.now());
    if (why !== undefined) world.stderr.write(line`${place()} now: ${why}\n`);
  };
  const timer = setInterval(tellWhy, silenceMs);
  const areRows = () => view.planned.rows !== undefined && view.planned.wide !== undefined;
  const tellRows = () => {
    if (!areRows() || view.tally.ended === ended) return;
    ended = view.tally.ended;
    timer.refresh();
    const elapsedMs = Math.max(1, (view.closedAtMs ?? Date.now()) - view.startedAtMs);
    world.stderr.write(line`${place()} ${speedLine({ tally: view.tally, total: view.planned.total, elapsedMs })}\n`);
  };
  const rowsTimer = setInterval(tellRows, rowsMs);
  return {
    get wantsEach() {
      return !areRows();
    },
    ended(outcome: StoredBranch): void {
      if (areRows()) return;
      // A branch that was begun anew has ended once, however often it is told.
      told.add(view.planned.wide === undefined ? outcome.key : outcome.index);
      ended = told.size;
      timer.refresh();
      world.stderr.write(line`${place()} ${outcomeLine(outcome, world.stderr)}\n`);
    },
    pause: () => () => {},
    stop(): void {
      clearInterval(timer);
      clearInterval(rowsTimer);
      tellRows();
      situation.stop();
    },
  };
}
