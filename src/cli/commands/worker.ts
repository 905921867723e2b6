import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { acceptsPlain } from '../home/encryption-key.js';
import { parseCount } from '../read/numbers.js';
import { readPolicy, toldRunnables } from '../read/read-policy.js';
import type { HomeGateway } from '../../home-gateway/index.js';
import { idleTime } from '../worker/idle-time.js';
import { openSession } from '../home/session.js';
import type { World } from '../world.js';

interface WorkerFlags {
  concurrency: string;
  rampFrom?: string;
  acceptPlain?: boolean;
  untilIdle?: boolean;
  policy?: string;
  quiet?: boolean;
}

export const defaultWorkerConcurrency = '50';

export function workerCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('worker')
    .description('a worker: runs workflows and calls models until it is stopped')
    .option('--concurrency <n>', 'most model calls of this worker at once', defaultWorkerConcurrency)
    .option(
      '--ramp-from <n>',
      'calls at once to begin with; by default as many as the API has taken within the last day, else 20',
    )
    .option('--no-gateway', 'without the gateway of the home: calls end with the worker that makes them')
    .option('--policy <file>', 'all that runs may have it do, in YAML, in place of what commands of the home register')
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
  const concurrency = parseCount(flags.concurrency, 'concurrency');
  const rampFrom = flags.rampFrom === undefined ? undefined : parseCount(flags.rampFrom, 'ramp-from');
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, world);
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
          for (const line of policy === undefined ? [] : toldRunnables(policy)) say(line);
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
