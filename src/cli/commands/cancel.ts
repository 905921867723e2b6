import type { Command } from 'commander';

import { cancelRun } from '../../client/index.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { openSession, sayer } from '../session.js';
import type { World } from '../world.js';

export function cancelCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('cancel')
    .description('stop a run: its calls in flight are cut, the answers it has are kept')
    .argument('<id>', 'workflow id')
    .action(async (id: string) => {
      done(await cancel(id, world));
    });
}

async function cancel(id: string, world: World): Promise<ExitCode> {
  const say = sayer(world, false);
  const session = await openSession(world, 'command', say);
  try {
    const wasOpen = await cancelRun(session.client, id);
    say(wasOpen ? `asked ${id} to stop. See \`fanfold show ${id}\`.` : `${id} had ended already.`);
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}
