import type { ChildProcess } from 'node:child_process';

import type { StartedRun } from '../../client/index.js';
import type { Run } from '../../contract/run.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import { shellWord } from '../../fold/visible-text.js';
import { webUiUrl } from '../../server/index.js';
import type { WorkerNeed } from '../worker/worker-need.js';
import { tellFirstAnswer } from './first-answer.js';
import { followRun } from './follow-run.js';
import type { BranchSink } from './follow-run.js';
import { interruptible } from './interrupt.js';
import { checkSettings } from '../worker/check-settings.js';
import { launchEarly } from '../worker/spawn-worker.js';
import { webUiStays } from '../worker/staying.js';
import { withWorker } from '../worker/with-worker.js';
import { printRun } from '../show/print-run.js';
import type { RunFlags } from './run-flags.js';
import { openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

/**
 * Starts a run with `start`, sees that a worker serves it, follows it to its end and prints it.
 *
 * @throws UnavailableError when server, model API or key cannot be used; nothing is started then
 * @throws InputError when a variable says what cannot be
 */
export async function conductRun(
  need: WorkerNeed,
  flags: RunFlags,
  world: World,
  start: (session: Session) => Promise<StartedRun>,
  out?: BranchSink,
): Promise<ExitCode> {
  checkRun(need, flags, world);
  let launched: ChildProcess | undefined;
  const session = await openSession(world, 'command', sayer(world, flags.quiet), async (membership) => {
    launched = await launchEarly(membership, need, world);
  }).catch((error: unknown) => {
    launched?.kill('SIGTERM');
    throw error;
  });
  try {
    return await conductIn({ session, need, launched }, flags, world, start, out);
  } finally {
    await session.leave();
  }
}

/** The same in a session that is open, of a run that has been checked. */
export async function conductIn(
  { session, ...served }: { session: Session; need: WorkerNeed; launched?: ChildProcess | undefined },
  flags: RunFlags,
  world: World,
  start: (session: Session) => Promise<StartedRun>,
  out?: BranchSink,
): Promise<ExitCode> {
  const say = sayer(world, flags.quiet);
  return withWorker({ session, ...served }, world, say, async (leaveGoing) => {
    const run = await start(session);
    const page = webUiUrl(session.server, run.workflowId, run.runId);
    say(`${run.attached ? 'attached to' : 'started'} ${run.workflowId}${page === null ? '' : ` · ${page}`}`);
    if (!flags.detach) return finishRun(session, run, flags, world, out);
    leaveGoing();
    world.stdout.write(flags.json ? json({ ...run, webUi: page }) : line`${run.workflowId}\n`);
    return exitCodes.complete;
  });
}

/**
 * Sees that a run can be served, and says what answers it.
 *
 * @throws UnavailableError when model API, key or journal cannot be used
 * @throws InputError when a variable says what cannot be
 */
export function checkRun(need: WorkerNeed, flags: RunFlags, world: World): void {
  checkSettings(need, world);
  if (need.offline && need.asksModel !== false)
    sayer(world, flags.quiet)('asking the offline model: it extracts sentences and does not reason.');
}

/** Follows a run and prints it at its end. An interruption leaves the run going. */
export async function finishRun(
  session: Session,
  run: { workflowId: string; runId?: string },
  flags: RunFlags,
  world: World,
  out?: BranchSink,
): Promise<ExitCode> {
  const ended = await interruptible(world, (signal) => {
    void tellFirstAnswer(session, run, flags, world, signal);
    return followRun(session, run, flags, world, signal, out);
  });
  if (ended !== null) {
    const id = shellWord(run.workflowId);
    const afterwards = await webUiStays(session, world, id).catch(() => undefined);
    return printRun(ended, flags, world, {
      outWritten: out !== undefined,
      branchesShown: areShown(ended, flags, world),
      afterwards,
    });
  }
  world.stderr.write(
    line`fanfold: the run goes on. Come back with \`fanfold watch ${shellWord(run.workflowId)}\`, stop it with \`fanfold cancel ${shellWord(run.workflowId)}\`.\n`,
  );
  return exitCodes.interrupted;
}

/** Whether progress has left a line for each branch. On a terminal that shows the output as well it has been taken away. */
function areShown(
  { kind, coverage }: Run,
  { json: asJson, ndjson, quiet }: RunFlags,
  { stderr, stdout }: World,
): boolean {
  if (quiet) return false;
  if (!stderr.isTerminal) return kind !== 'map' || coverage.total <= maxDirectWidth;
  return !stdout.isTerminal || asJson === true || ndjson === true;
}
