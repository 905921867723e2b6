import type { Command } from 'commander';

import { UnavailableError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { isServerOf, joinHome, readServerRecord } from '../../server/index.js';
import { homeOf, sayer } from '../home/session.js';
import { endGateways } from '../worker/end-gateways.js';
import { backgroundWorkers, endWorkers } from '../worker/end-idle-workers.js';
import type { World } from '../world.js';

export function stopCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('stop')
    .description('end what commands have left in the background: workers, the gateway, and the embedded server')
    .addHelpText(
      'after',
      '\nCalls in flight come to their end. Open runs stay in the database; `fanfold\nresume` goes on with them. How long it all stays by itself: FANFOLD_IDLE.',
    )
    .action(async () => {
      done(await stop(world));
    });
}

async function stop(world: World): Promise<ExitCode> {
  const say = sayer(world, false);
  const home = homeOf(world);
  const membership = await joinHome({ home, env: world.env, role: 'command', onEvent: say });
  try {
    const workers = await backgroundWorkers(membership);
    const left = await endWorkers(membership, workers);
    const gateways = left.length > 0 ? { ended: 0, left: [] } : await endGateways(home, world.cwd);
    const others = (await membership.live()).filter(({ pid }) => pid !== world.pid);
    const record = await readServerRecord(home);
    const hasServer = record !== undefined && (await isServerOf(home, record));
    const busy = [...left, ...gateways.left];
    if (busy.length > 0) {
      throw new UnavailableError(
        'WorkerBusy',
        `Asked to end, and still there: ${busy.map(({ pid }) => `process ${pid}`).join(', ')}. Each ends by itself once its calls in flight, where it has any, have come to their end.`,
      );
    }
    if (workers.length > 0)
      say(`ended ${workers.length === 1 ? 'the worker' : `${workers.length} workers`} in the background.`);
    if (gateways.ended > 0) say('ended the gateway in the background.');
    const users = others.map(({ pid, role }) => `${role} ${pid}`).join(', ');
    if (hasServer) say(others.length === 0 ? 'ended the embedded server.' : `the embedded server stays for ${users}.`);
    if (workers.length === 0 && gateways.ended === 0 && !hasServer) say('nothing runs in the background.');
    return exitCodes.complete;
  } finally {
    // The last one out ends the server.
    await membership.leave();
  }
}
