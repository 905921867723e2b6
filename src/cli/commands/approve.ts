import type { Command } from 'commander';

import { approveRun } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { withWorker } from '../conduct-run.js';
import { openSession, sayer } from '../session.js';
import type { World } from '../world.js';
import { viewRun } from './show.js';

interface ApproveFlags {
  deny?: boolean;
  reason?: string;
}

export function approveCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('approve')
    .description('allow calls of an agent that wait for it, or refuse them')
    .argument('<id>', 'workflow id')
    .argument('[keys...]', 'the calls, such as send_mail-1; all that wait where they are left out')
    .option('--deny', 'refuse them')
    .option('--reason <text>', 'told to the model where they are refused')
    .action(async (id: string, keys: string[], flags: ApproveFlags) => {
      done(await approve(id, keys, flags, world));
    });
}

async function approve(
  id: string,
  keys: string[],
  { deny = false, reason }: ApproveFlags,
  world: World,
): Promise<ExitCode> {
  if (reason !== undefined && !deny) throw new InputError('Expected `--reason` together with `--deny`.');
  const say = sayer(world, false);
  const session = await openSession(world, 'command', say);
  try {
    const view = await viewRun(session, id);
    if (view.closed !== null) throw new InputError(`Expected a run that is open, got \`${id}\`, which has ended.`);
    const need = { offline: view.planned.offline, concurrency: view.planned.policy?.concurrency ?? 1 };
    return await withWorker(session, need, world, say, async (leaveGoing) => {
      leaveGoing();
      const decided = await approveRun(session.client, id, {
        allow: !deny,
        ...(keys.length > 0 && { keys }),
        ...(reason !== undefined && { reason }),
      });
      say(`${deny ? 'refused' : 'allowed'} ${decided.join(', ')}. See \`fanfold watch ${id}\`.`);
      return exitCodes.complete;
    });
  } finally {
    await session.leave();
  }
}
