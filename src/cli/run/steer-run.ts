import type { RunView } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { withWorker } from '../worker/with-worker.js';
import { localWorker, needOf } from '../worker/ensure-worker.js';
import { worldOfRun } from '../home/take-provider.js';
import { openSession, sayer } from '../home/session.js';
import type { Say, Session } from '../home/session.js';
import { canAsk } from '../home/cassette-of.js';
import type { World } from '../world.js';
import { viewRun } from '../commands/show.js';

interface Steering {
  /** What is done instead with a run that has ended, in a world that knows who it asks. */
  ended?(session: Session, view: RunView, world: World): Promise<ExitCode>;
  /** Whether something is asked because of it; so by default. */
  asksModel?: boolean;
}

/**
 * Steers an open run, with a worker for it that lives on.
 *
 * SteerRun-1. Whoever began the run has said who is asked: nobody has to say it again.
 * SteerRun-2. What is no question for a model needs no API: any worker of the home will do.
 *
 * @throws InputError when the run has ended, and nothing is said to be done then
 */
export async function steerRun(
  id: string,
  world: World,
  steer: (session: Session, say: Say, view: RunView) => Promise<void>,
  { ended, asksModel = true }: Steering = {},
): Promise<ExitCode> {
  const say = sayer(world, false);
  const session = await openSession(world, 'command', say);
  try {
    const view = await viewRun(session, id);
    if (view.closed !== null && ended !== undefined) return await ended(session, view, worldOfRun(view.input, world));
    if (view.closed !== null) throw new InputError(`Expected a run that is open, got \`${id}\`, which has ended.`);
    const own = worldOfRun(view.input, world);
    const planned = needOf(view.planned);
    const noModel = { ...planned, offline: true };
    const isFree = !asksModel && (!canAsk(own) || (await localWorker(session, noModel, own)));
    return await withWorker({ session, need: isFree ? noModel : planned }, own, say, async (leaveGoing) => {
      leaveGoing();
      await steer(session, say, view);
      return exitCodes.complete;
    });
  } finally {
    await session.leave();
  }
}
