import type { Command } from 'commander';

import { openRuns, readBranches } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { finishRun } from '../run/finish-run.js';
import { withWorker } from '../worker/with-worker.js';
import { needOf } from '../worker/ensure-worker.js';
import { addOutputFlags, checkOutputFlags } from '../run/run-flags.js';
import type { OutputFlags } from '../run/run-flags.js';
import { worldOfRun } from '../home/take-provider.js';
import { openSession, sayer } from '../home/session.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import { viewRun } from './show.js';

export function resumeCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('resume')
    .description('go on with a run whose worker or server is gone; what was answered is not asked again')
    .argument('[id]', 'workflow id; every open run where it is left out');
  addOutputFlags(command).action(async (id: string | undefined, flags: OutputFlags) => {
    done(await resume(id, flags, world));
  });
}

async function resume(id: string | undefined, flags: OutputFlags, world: World): Promise<ExitCode> {
  checkOutputFlags(flags);
  const say = sayer(world, flags.quiet);
  const session = await openSession(world, 'command', say);
  try {
    const ids = id === undefined ? await idsToResume(session, flags) : [id];
    if (ids.length === 0) say('no run is open; nothing to resume.');
    let worst: ExitCode = exitCodes.complete;
    for (const workflowId of ids) {
      const code = await resumeRun(session, workflowId, flags, world, say);
      if (code === exitCodes.interrupted) return code;
      if (code > worst) worst = code;
    }
    return worst;
  } finally {
    await session.leave();
  }
}

/** How many branches have ended; of somebody's own workflow those in lanes, too. */
async function endedIn({ store }: Session, view: RunView): Promise<number> {
  if (view.ownLanes.size > 0) return (await readBranches(view, store)).length;
  return Math.max(view.outcomes.size, view.tally.ended);
}

async function resumeRun(
  session: Session,
  workflowId: string,
  flags: OutputFlags,
  world: World,
  say: Say,
): Promise<ExitCode> {
  const view = await viewRun(session, workflowId);
  const own = worldOfRun(view.input, world);
  const finish = () => finishRun(session, { workflowId }, flags, own);
  if (view.closed !== null) return finish();
  say(`${workflowId}: ${await endedIn(session, view)} of ${view.total} branches had ended.`);
  return withWorker({ session, need: needOf(view.planned) }, own, say, finish);
}

async function idsToResume(session: Session, flags: OutputFlags): Promise<string[]> {
  const ids = await openRuns(session.client);
  if ((flags.json || flags.ndjson) && ids.length > 1) {
    throw new InputError(`Expected the id of one run, got none while ${ids.length} runs are open: ${ids.join(', ')}.`);
  }
  return ids;
}
