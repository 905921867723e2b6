import type { Command } from 'commander';

import type { OfflineModel } from '@fanfold/offline-model';

import { UnavailableError } from '../../contract/errors.js';
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
  const model = await start(port);
  world.stdout.write(line`${model.url}\n`);
  sayer(
    world,
    false,
  )(`the offline model listens at ${model.url}; set FANFOLD_OFFLINE_URL or ANTHROPIC_BASE_URL to it.`);
  await interruptible(world, aborted);
  await model.stop();
  return exitCodes.complete;
}

/** @throws UnavailableError when the port is taken */
async function start(port: number): Promise<OfflineModel> {
  const { OfflineModelError, startOfflineModel } = await import('@fanfold/offline-model');
  try {
    return await startOfflineModel({ port });
  } catch (cause) {
    if (!(cause instanceof OfflineModelError)) throw cause;
    throw new UnavailableError('OfflineModelPort', cause.message, cause.advice, cause);
  }
}
