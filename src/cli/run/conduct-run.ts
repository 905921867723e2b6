import type { StartedRun } from '../../client/index.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shellWord } from '../../fold/visible-text.js';
import { webUiUrl } from '../../server/index.js';
import { checkApiKey } from '../worker/ensure-worker.js';
import type { WorkerNeed } from '../worker/worker-need.js';
import { tellFirstAnswer } from './first-answer.js';
import { followRun } from './follow-run.js';
import type { BranchSink } from './follow-run.js';
import { interruptible } from './interrupt.js';
import { checkJournalOf } from '../home/journal-of.js';
import { keepWorker } from '../worker/keep-worker.js';
import { printRun } from '../show/print-run.js';
import type { RunFlags } from './run-flags.js';
import { openSession, sayer } from '../home/session.js';
import type { Say, Session } from '../home/session.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

/**
 * Starts a run with `start`, sees that a worker serves it, follows it to its end and prints it.
 *
 * @throws UnavailableError when server, model API or key cannot be used; nothing is started then
 */
export async function conductRun(
  need: WorkerNeed,
  flags: RunFlags,
  world: World,
  start: (session: Session) => Promise<StartedRun>,
  out?: BranchSink,
): Promise<ExitCode> {
  checkRun(need, flags, world);
  const session = await openSession(world, 'command', sayer(world, flags.quiet));
  try {
    return await conductIn(session, need, flags, world, start, out);
  } finally {
    await session.leave();
  }
}

/** The same in a session that is open, of a run that has been checked. */
export async function conductIn(
  session: Session,
  need: WorkerNeed,
  flags: RunFlags,
  world: World,
  start: (session: Session) => Promise<StartedRun>,
  out?: BranchSink,
): Promise<ExitCode> {
  const say = sayer(world, flags.quiet);
  return withWorker(session, need, world, say, async (leaveGoing) => {
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
 */
export function checkRun(need: WorkerNeed, flags: RunFlags, world: World): void {
  checkApiKey(need, world);
  checkJournalOf(world);
  if (need.offline && need.asksModel !== false)
    sayer(world, flags.quiet)('asking the offline model: it extracts sentences and does not reason.');
}

/** Keeps a worker while `work` goes on. A worker that was started for it stops afterwards, unless the run still needs it. */
export async function withWorker(
  session: Session,
  need: WorkerNeed,
  world: World,
  say: Say,
  work: (leaveGoing: () => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const worker = await keepWorker(session, need, world, say);
  let left = false;
  try {
    const code = await work(() => {
      left = true;
    });
    if (!left && code !== exitCodes.interrupted) await worker.release();
    return code;
  } finally {
    worker.leave();
  }
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
  // Output on the same screen has moved the live lines far up.
  if (ended !== null)
    return printRun(ended, flags, world, {
      outWritten: out !== undefined,
      branchesShown: world.stderr.isTerminal && !world.stdout.isTerminal && !flags.quiet,
    });
  world.stderr.write(
    line`fanfold: the run goes on. Come back with \`fanfold watch ${shellWord(run.workflowId)}\`, stop it with \`fanfold cancel ${shellWord(run.workflowId)}\`.\n`,
  );
  return exitCodes.interrupted;
}
