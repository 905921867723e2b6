import type { Command } from 'commander';

import { retryBranches } from '../../client/index.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shellWord } from '../../fold/visible-text.js';
import { steerRun } from '../run/steer-run.js';
import type { World } from '../world.js';

export function retryCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('retry')
    .description('begin branches of an open run anew that have failed, while the others go on')
    .argument('<id>', 'workflow id')
    .argument('[keys...]', 'the branches, such as legal; all that have ended and are not ok where they are left out')
    .action(async (id: string, keys: string[]) => {
      done(
        await steerRun(id, world, async ({ client }, say) => {
          const begun = await retryBranches(client, id, keys);
          say(`began ${begun.join(', ')} anew. See \`fanfold watch ${shellWord(id)}\`.`);
        }),
      );
    });
}
