import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { acceptsPlain } from '../home/encryption-key.js';
import type { HomeGateway } from '../../home-gateway/index.js';
import { idleTime } from '../worker/idle-time.js';
import { openSession } from '../home/session.js';
import type { World } from '../world.js';
import { readServingFlags, runnablesOf, withServingFlags } from './serving-flags.js';
import type { ServingFlags } from './serving-flags.js';

interface WorkerFlags extends ServingFlags {
  acceptPlain?: boolean;
  untilIdle?: boolean;
  quiet?: boolean;
}

export function workerCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('worker')
    .description('a worker: runs workflows and calls models until it is stopped');
  withServingFlags(command, 'most model calls of this worker at once')
    .option(
      '--accept-plain',
      'take what is not encrypted although there is a key, while runs are open that began without',
    )
    .option('--until-idle', 'end when no command waits and no run is open, after FANFOLD_IDLE')
    .option('--quiet', 'nothing on standard error but errors')
    .action(async (flags: WorkerFlags) => {
      done(await worker(flags, world));
    });
}

async function worker(flags: WorkerFlags, world: World): Promise<ExitCode> {
  const { concurrency, rampFrom, policy } = await readServingFlags(flags, world);
  const acceptPlain = acceptsPlain(world) || (flags.acceptPlain ?? false);
  // Loaded on demand: Temporal's native part takes longer than most commands.
  const { HomeGateway, installLogging, serve, servedQueues } = await import('../worker/serve.js');
  const say = installLogging(world, flags.quiet);
  let gateway: HomeGateway | undefined;
  const session = await openSession(world, 'worker', say, async ({ home }) => {
    // The command that starts a worker in the background starts it beside.
    gateway = await HomeGateway.beside(home, world, { rampFrom, isBegun: flags.untilIdle });
  });
  try {
    await serve(
      session,
      {
        concurrency,
        rampFrom,
        gateway,
        acceptPlain,
        ...(flags.untilIdle && { idleMs: idleTime(world) }),
        policy,
        onReady: (workers) => {
          say(servedQueues(workers, session, concurrency));
          for (const line of runnablesOf(policy)) say(line);
        },
      },
      world,
      say,
    );
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}
