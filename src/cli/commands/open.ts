import type { Command } from 'commander';

import { newestRun } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import { FanfoldError, UnavailableError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { webUiUrl } from '../../server/index.js';
import { openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { aborted, interruptible } from '../run/interrupt.js';
import { line } from '../show/terminal-text.js';
import { ensureWorker } from '../worker/ensure-worker.js';
import { idleTime } from '../worker/idle-time.js';
import type { World } from '../world.js';
import { viewRun } from './show.js';

interface OpenFlags {
  print?: boolean;
}

export function openCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('open')
    .description('a run in the Web UI, which is started where it is down')
    .argument('[id]', 'workflow id; the newest run by default')
    .option('--print', 'print its address, and open no browser')
    .action(async (id: string | undefined, flags: OpenFlags) => {
      done(await open(id, flags, world));
    });
}

async function open(id: string | undefined, flags: OpenFlags, world: World): Promise<ExitCode> {
  const say = sayer(world, false);
  const session = await openSession(world, 'command', say);
  try {
    const { workflowId, runId } = await viewRun(session, id ?? (await newestIn(session)));
    const page = webUiUrl(session.server, workflowId, runId);
    if (page === null) throw noWebUi();
    const idleMs = idleTime(world);
    // The server lasts as long as somebody is in its home: a worker in the background stays for a while.
    if (session.server.kind === 'embedded') await ensureWorker(session, { offline: true }, world, () => {});
    world.stdout.write(line`${page}\n`);
    if (flags.print !== true && world.stdout.isTerminal) {
      const { default: openInBrowser } = await import('open');
      await openInBrowser(page);
    }
    if (session.server.kind !== 'embedded') return exitCodes.complete;
    if (idleMs > 0) {
      say(`it answers until ${formatDuration(idleMs)} after the last command; \`fanfold stop\` ends it.`);
      return exitCodes.complete;
    }
    say('it answers until Ctrl-C.');
    await interruptible(world, aborted);
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

async function newestIn({ client, server }: Session): Promise<string> {
  // As in `list`.
  const newest = await newestRun(client, { everyType: server.kind === 'embedded' || 'told' });
  if (newest !== undefined) return newest.workflowId;
  throw new FanfoldError('NoSuchRun', 'There is no run yet to open.', 'See `fanfold list`.');
}

function noWebUi(): UnavailableError {
  return new UnavailableError(
    'NoWebUi',
    'The Web UI of the Temporal server is not known.',
    'Set FANFOLD_WEB_UI to its root, such as http://127.0.0.1:8080.',
  );
}
