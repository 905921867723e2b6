import type { RunView } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { withWorker } from '../worker/with-worker.js';
import { needOf } from '../worker/ensure-worker.js';
import { openSession, sayer } from '../home/session.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import { viewRun } from '../commands/show.js';

/**
 * Steers an open run, with a worker for it that lives on.
 *
 * @param ended what is done instead with a run that has ended
 * @throws InputError when the run has ended, and nothing is said to be done then
 */
export async function steerRun(
  id: string,
  world: World,
  steer: (session: Session, say: Say, view: RunView) => Promise<void>,
  ended?: (session: Session, view: RunView) => Promise<ExitCode>,
): Promise<ExitCode> {
  const say = sayer(world, false);
  const session = await openSession(world, 'command', say);
  try {
    const view = await viewRun(session, id);
    if (view.closed !== null && ended !== undefined) return await ended(session, view);
    if (view.closed !== null) throw new InputError(`Expected a run that is open, got \`${id}\`, which has ended.`);
    const need = needOf(view.planned);
    return await withWorker({ session, need }, world, say, async (leaveGoing) => {
      leaveGoing();
      await steer(session, say, view);
      return exitCodes.complete;
    });
  } finally {
    await session.leave();
  }
}
