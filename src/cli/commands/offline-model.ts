import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { interruptible } from '../interrupt.js';
import { sayer } from '../session.js';
import type { World } from '../world.js';

interface OfflineModelFlags {
  port: string;
}

export function offlineModelCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('offline-model')
    .description('the offline model as a server that speaks the Messages API, until Ctrl-C')
    .option('--port <n>', 'port on 127.0.0.1; 0 for a free one', '0')
    .action(async (flags: OfflineModelFlags) => {
      done(await offlineModel(flags, world));
    });
}

async function offlineModel(flags: OfflineModelFlags, world: World): Promise<ExitCode> {
  const port = /^\d{1,5}$/.test(flags.port) ? Number(flags.port) : Number.NaN;
  if (!(port <= 65_535))
    throw new InputError(`Expected \`port\` to be a number from 0 to 65535, got \`${flags.port}\`.`);
  const { startOfflineModel } = await import('../../offline/index.js');
  const model = await startOfflineModel({ port });
  world.stdout.write(`${model.url}\n`);
  sayer(
    world,
    false,
  )(`the offline model listens at ${model.url}; set FANFOLD_OFFLINE_URL or ANTHROPIC_BASE_URL to it.`);
  await interruptible(world, (signal) => new Promise<void>((end) => signal.addEventListener('abort', () => end())));
  await model.stop();
  return exitCodes.complete;
}
