import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shownAddress } from '../../secrets/index.js';
import { acceptsPlain } from '../home/encryption-key.js';
import { parseCount } from '../read/numbers.js';
import { readPolicy, toldRunnables } from '../read/read-policy.js';
import { openSession } from '../home/session.js';
import type { HomeGateway } from '../../home-gateway/index.js';
import type { World } from '../world.js';
import { defaultWorkerConcurrency } from './worker.js';

interface DevFlags {
  concurrency: string;
  rampFrom?: string;
  policy?: string;
}

export function devCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('dev')
    .description('the embedded server with its Web UI and a worker, until Ctrl-C')
    .option('--concurrency <n>', 'most model calls at once', defaultWorkerConcurrency)
    .option(
      '--ramp-from <n>',
      'calls at once to begin with; by default as many as the API has taken within the last day, else 20',
    )
    .option('--no-gateway', 'without the gateway of the home: calls end with the worker that makes them')
    .option('--policy <file>', 'all that runs may have it do, in YAML, in place of what commands of the home register')
    .action(async (flags: DevFlags) => {
      done(await dev(flags, world));
    });
}

async function dev(flags: DevFlags, world: World): Promise<ExitCode> {
  const concurrency = parseCount(flags.concurrency, 'concurrency');
  const rampFrom = flags.rampFrom === undefined ? undefined : parseCount(flags.rampFrom, 'ramp-from');
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, world);
  const acceptPlain = acceptsPlain(world);
  // Loaded on demand: Temporal's native part takes longer than most commands.
  const { HomeGateway, installLogging, serve, servedQueues } = await import('../worker/serve.js');
  const say = installLogging(world, false);
  let gateway: HomeGateway | undefined;
  const session = await openSession(world, 'dev', say, async ({ home }) => {
    gateway = await HomeGateway.beside(home, world, { rampFrom });
  });
  const { address, kind, uiUrl } = session.server;
  say(`Temporal server at ${shownAddress(address)} (${kind})${uiUrl === null ? '' : `, Web UI at ${uiUrl}`}`);
  try {
    await serve(
      session,
      {
        concurrency,
        rampFrom,
        gateway,
        acceptPlain,
        policy,
        onReady: (workers) => {
          say(servedQueues(workers, session, concurrency));
          for (const told of policy === undefined ? [] : toldRunnables(policy)) say(told);
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
