import type { Command } from 'commander';

import { deploymentOf, promoteBuild } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { openSession, sayer } from '../home/session.js';
import { json as asJson, line, lines, padded } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface DeploymentFlags {
  promote?: string;
  json?: boolean;
}

export function deploymentCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('deployment')
    .description('builds of the workers of a deployment, and which of them is given runs')
    .argument('[name]', 'its name, as workers have it in FANFOLD_DEPLOYMENT', 'fanfold')
    .option('--promote <build>', 'make this build the current one')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: DeploymentFlags) => {
      done(await deployment(name, flags, world));
    });
}

async function deployment(name: string, { promote, json }: DeploymentFlags, world: World): Promise<ExitCode> {
  const say = sayer(world, json);
  const session = await openSession(world, 'command', say);
  try {
    if (promote !== undefined) await promoteBuild(session.client, name, promote);
    const found = await deploymentOf(session.client, name);
    if (found === undefined) {
      throw new InputError(
        `Expected the name of a deployment that has had a worker, got \`${name}\`.`,
        `Start one: FANFOLD_DEPLOYMENT=${name} fanfold worker.`,
      );
    }
    if (json) world.stdout.write(asJson(found, 2));
    else {
      const width = Math.max(0, ...found.builds.map(({ build }) => build.length));
      const rows = found.builds.map(
        ({ build, status, createdAt }) =>
          line`${build === found.current ? '→' : ' '} ${padded(build, width)}  ${status}  ${createdAt ?? ''}`,
      );
      world.stdout.write(lines(rows));
    }
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}
