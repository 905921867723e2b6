import type { Command } from 'commander';

import { approveRun } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shellWord } from '../../fold/visible-text.js';
import { steerRun } from '../run/steer-run.js';
import type { World } from '../world.js';

interface ApproveFlags {
  deny?: boolean;
  reason?: string;
}

export function approveCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('approve')
    .description('allow calls of an agent that wait for it, or refuse them')
    .argument('<id>', 'workflow id')
    .argument(
      '[keys...]',
      'the calls, such as send_mail-1; all that wait where they are left out, unless one is shown cut',
    )
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
  return steerRun(id, world, async ({ client }, say) => {
    const decided = await approveRun(client, id, {
      allow: !deny,
      ...(keys.length > 0 && { keys }),
      ...(reason !== undefined && { reason }),
    });
    say(`${deny ? 'refused' : 'allowed'} ${decided.join(', ')}. See \`fanfold watch ${shellWord(id)}\`.`);
  });
}
