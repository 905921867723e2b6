import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import type { Run } from '../../contract/run.js';
import { shellWord } from '../../fold/visible-text.js';
import type { Session } from '../home/session.js';
import { isDrawable } from '../show/picture.js';
import { printRun } from '../show/print-run.js';
import { line } from '../show/terminal-text.js';
import { webUiStays } from '../worker/staying.js';
import type { World } from '../world.js';
import { tellFirstAnswer } from './first-answer.js';
import { followRun } from './follow-run.js';
import type { BranchSink } from './follow-run.js';
import { interruptible } from './interrupt.js';
import type { RunFlags } from './run-flags.js';

/** Follows a run and prints it at its end. An interruption leaves the run going. */
export async function finishRun(
  session: Session,
  run: { workflowId: string; runId?: string },
  flags: RunFlags,
  world: World,
  out?: BranchSink,
): Promise<ExitCode> {
  const ended = await interruptible(world, (signal) =>
    followRun(
      session,
      run,
      flags,
      world,
      signal,
      out,
      (view) => void tellFirstAnswer(session, view, flags, world, signal),
    ),
  );
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
  { stderr, stdout, env }: World,
): boolean {
  if (quiet) return false;
  if (!isDrawable(stderr, env)) return kind !== 'map' || coverage.total <= maxDirectWidth;
  return !stdout.isTerminal || asJson === true || ndjson === true;
}
