import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { aborted, interruptible } from '../run/interrupt.js';
import { parsePort } from '../read/numbers.js';
import { sayer } from '../home/session.js';
import { line } from '../show/terminal-text.js';
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
  const port = parsePort(flags.port);
  const { startOfflineModel } = await import('../../offline/index.js');
  const model = await startOfflineModel({ port });
  world.stdout.write(line`${model.url}\n`);
  sayer(
    world,
    false,
  )(`the offline model listens at ${model.url}; set FANFOLD_OFFLINE_URL or ANTHROPIC_BASE_URL to it.`);
  await interruptible(world, aborted);
  await model.stop();
  return exitCodes.complete;
}
