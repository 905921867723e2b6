import type { Command } from 'commander';

import type { ExitCode } from '../../contract/exit-codes.js';
import { finishRun } from '../run/finish-run.js';
import { addOutputFlags, checkOutputFlags } from '../run/run-flags.js';
import type { OutputFlags } from '../run/run-flags.js';
import { openSession, sayer } from '../home/session.js';
import type { World } from '../world.js';

export function watchCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('watch')
    .description('follow a run to its end; starts no worker')
    .argument('<id>', 'workflow id');
  addOutputFlags(command).action(async (id: string, flags: OutputFlags) => {
    done(await watch(id, flags, world));
  });
}

async function watch(id: string, flags: OutputFlags, world: World): Promise<ExitCode> {
  checkOutputFlags(flags);
  const session = await openSession(world, 'command', sayer(world, flags.quiet));
  try {
    return await finishRun(session, { workflowId: id }, flags, world);
  } finally {
    await session.leave();
  }
}
