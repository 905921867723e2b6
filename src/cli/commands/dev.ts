import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shownAddress } from '../../secrets/index.js';
import { acceptsPlain } from '../home/encryption-key.js';
import { openSession } from '../home/session.js';
import type { HomeGateway } from '../../home-gateway/index.js';
import type { World } from '../world.js';
import { readServingFlags, runnablesOf, withServingFlags } from './serving-flags.js';
import type { ServingFlags } from './serving-flags.js';

export function devCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program.command('dev').description('the embedded server with its Web UI and a worker, until Ctrl-C');
  withServingFlags(command, 'most model calls at once').action(async (flags: ServingFlags) => {
    done(await dev(flags, world));
  });
}

async function dev(flags: ServingFlags, world: World): Promise<ExitCode> {
  const { concurrency, rampFrom, policy } = await readServingFlags(flags, world);
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
          for (const told of runnablesOf(policy)) say(told);
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
