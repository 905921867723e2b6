import type { Command } from 'commander';

import { cancelRun } from '../../client/index.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shellWord } from '../../fold/visible-text.js';
import { openSession, sayer } from '../home/session.js';
import { cutBranches } from '../run/cut-branches.js';
import { steerRun } from '../run/steer-run.js';
import { isServed } from '../worker/ensure-worker.js';
import type { World } from '../world.js';

export function cancelCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('cancel')
    .description('stop a run, or some of its branches: calls in flight are cut, the answers it has are kept')
    .argument('<id>', 'workflow id')
    .argument('[keys...]', 'branches to cut, such as legal; the others go on')
    .action(async (id: string, keys: string[]) => {
      done(await (keys.length === 0 ? cancel(id, world) : cut(id, keys, world)));
    });
}

async function cancel(id: string, world: World): Promise<ExitCode> {
  const say = sayer(world, false);
  const session = await openSession(world, 'command', say);
  try {
    const wasOpen = await cancelRun(session.client, id);
    const word = shellWord(id);
    if (!wasOpen) say(`${id} had ended already.`);
    else if (await isServed(session)) say(`asked ${id} to stop. See \`fanfold show ${word}\`.`);
    else say(`asked ${id} to stop, and no worker is there that could. Carry it out with \`fanfold resume ${word}\`.`);
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

function cut(id: string, keys: readonly string[], world: World): Promise<ExitCode> {
  return steerRun(
    id,
    world,
    async (session, say, view) => {
      const cutKeys = await cutBranches(session, view, keys);
      say(
        `told ${cutKeys.join(', ')} to stop: one whose answer comes first keeps it. The others go on. See \`fanfold watch ${shellWord(id)}\`.`,
      );
    },
    { asksModel: false },
  );
}
