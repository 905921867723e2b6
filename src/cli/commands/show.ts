import type { Command } from 'commander';

import { currentRunId, failingTask, historyEvents, readRun, retriesOf, RunView } from '../../client/index.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Run } from '../../contract/run.js';
import { webUiUrl } from '../../server/index.js';
import { printRun } from '../show/print-run.js';
import { openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import type { World } from '../world.js';

export function showCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('show')
    .description('a run as it stands, finished or not')
    .argument('<id>', 'workflow id')
    .option('--json', 'print one Run as JSON')
    .action(async (id: string, flags: { json?: boolean }) => {
      done(await show(id, flags, world));
    });
}

async function show(id: string, flags: { json?: boolean }, world: World): Promise<ExitCode> {
  const session = await openSession(world, 'command', sayer(world, flags.json));
  try {
    const view = await viewRun(session, id);
    const run = await shownRun(session, view);
    const failing = view.closed === null ? await failingTask(session.client, id) : null;
    await printRun(failing === null ? run : { ...run, failingTask: failing }, flags, world);
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

/** The run of a view, as it is shown: with the runs that retry it. */
export async function shownRun(session: Session, view: RunView): Promise<Run> {
  const { workflowId, runId } = view;
  const run = await readRun(view, session.store, webUiUrl(session.server, workflowId, runId));
  const retriedBy = (await retriesOf(session.client, [workflowId])).get(workflowId);
  return retriedBy === undefined ? run : { ...run, retriedBy };
}

/**
 * Reads what the server knows of a run now.
 *
 * @throws FanfoldError `NoSuchRun`
 */
export async function viewRun(session: Session, workflowId: string, given?: string): Promise<RunView> {
  const runId = given ?? (await currentRunId(session.client, workflowId));
  const view = new RunView(session.client, workflowId, runId);
  const execution = { workflowId, ...(runId !== undefined && { runId }) };
  for await (const event of historyEvents(session.client, execution, { wait: false })) await view.apply(event);
  return view;
}
