import type { ChildProcess } from 'node:child_process';

import type { StartedRun } from '../../client/index.js';
import { UnavailableError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { webUiUrl } from '../../server/index.js';
import type { WorkerNeed } from '../worker/worker-need.js';
import { finishRun } from './finish-run.js';
import type { BranchSink } from './follow-run.js';
import { shownCassette } from '../home/cassette-of.js';
import { checkSettings } from '../worker/check-settings.js';
import { launchEarly } from '../worker/spawn-worker.js';
import { withWorker } from '../worker/with-worker.js';
import type { RunFlags } from './run-flags.js';
import { openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

export { questionsIn } from './questions-in.js';

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
  const checked = apiCheck(need, flags, world);
  const session = await openSession(world, 'command', sayer(world, flags.quiet), async (membership) => {
    launched = await launchEarly(membership, need, world);
  }).catch((error: unknown) => {
    launched?.kill('SIGTERM');
    throw error;
  });
  try {
    await (
      await checked
    )?.(session).catch((error: unknown) => {
      launched?.kill('SIGTERM');
      throw error;
    });
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
  const cassette = shownCassette(world);
  if (cassette !== undefined) sayer(world, flags.quiet)(`playing recorded calls of the cassette ${cassette}.`);
  if (need.offline && need.asksModel !== false)
    sayer(world, flags.quiet)('asking the offline model: it extracts sentences and does not reason.');
}

/**
 * Asks the model API about key and models while the server is looked for.
 *
 * @returns what tells of a failure; a run that is attached to has its answers, or a worker that sees to them, and one whose answers are
 *   all in the journal needs no API
 */
async function apiCheck(
  { offline, asksModel = true, beginsWithOne, models, questions }: WorkerNeed,
  { id, model, fresh, quiet }: RunFlags,
  world: World,
): Promise<((session: Session) => Promise<void>) | undefined> {
  // A cluster's workers have an API and a key of their own.
  const configured = world.env['TEMPORAL_ADDRESS'] || world.env['TEMPORAL_PROFILE'];
  if (offline || !asksModel || beginsWithOne || configured) return undefined;
  // Loaded on demand: it brings an HTTP client along.
  const { checkModelApi } = await import('../home/check-model-api.js');
  return checkModelApi(models ?? (model === undefined ? [] : [model]), world).then(
    () => undefined,
    (error: unknown) =>
      async ({ client }) => {
        if (id !== undefined && (await isThere(client, id))) return;
        const isSilent = error instanceof UnavailableError && error.type === 'ModelApiUnreachable';
        if (!isSilent || questions === undefined || fresh === true) throw error;
        const say = sayer(world, quiet);
        // Loaded on demand: hardly any command looks into the journal itself.
        const { answeredByJournal } = await import('./answered.js');
        const count = await answeredByJournal(questions, say, world);
        if (count === undefined) throw error;
        say(`${error.message} All ${count.toLocaleString('en')} answers are in the journal.`);
      },
  );
}

async function isThere(client: Session['client'], id: string): Promise<boolean> {
  return client.workflow
    .getHandle(id)
    .describe()
    .then(
      () => true,
      () => false,
    );
}
