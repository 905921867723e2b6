import type { Command } from 'commander';

import { retryBranches, retryOwnBranches } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { shellWord } from '../../fold/visible-text.js';
import { retryFinished } from '../run/retry-finished.js';
import type { RetryFlags } from '../run/retry-finished.js';
import { addOutputFlags, checkOutputFlags } from '../run/run-flags.js';
import { steerRun } from '../run/steer-run.js';
import type { World } from '../world.js';

export function retryCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('retry')
    .description('begin failed branches anew: of an open run while the others go on, of a finished one in a new run')
    .argument('<id>', 'workflow id')
    .argument('[keys...]', 'the branches, such as legal; all that have ended and are not ok where they are left out')
    .option('--timeout <duration>', 'longest a branch may take; as before by default, as are those that follow')
    .option('--attempts <n>', 'most tries of a branch')
    .option('--concurrency <n>', 'most model calls of the new run at once')
    .option('--priority <n>', 'from 1, whose calls go first where several runs wait, to 5')
    .option('--deadline <duration>', 'fold what is there by then')
    .option('--budget <dollars>', 'the most that the new run may spend; what the former has left of its own by default')
    .option('--model <id>', 'model to ask')
    .option('--max-tokens <n>', 'longest answer, in tokens')
    .option('--fresh', 'ask anew even where the journal has the answer; what is ok is taken over all the same')
    .option('--out <file>', 'of summarise: all rows in input order, those taken over too; replaces the file once whole')
    .option('--id <id>', 'workflow id of the new run')
    .option('--detach', 'start the new run, print its id, and leave it going')
    .option('--dry-run', 'print what would be begun anew and the most it can cost, and start nothing');
  addOutputFlags(command).action(async (id: string, keys: string[], flags: RetryFlags) => {
    done(await retry(id, keys, flags, world));
  });
}

async function retry(id: string, keys: string[], flags: RetryFlags, world: World): Promise<ExitCode> {
  checkOutputFlags(flags);
  return steerRun(
    id,
    world,
    async ({ client }, say, { planned, ownLanes }) => {
      const [strange] = Object.keys(flags);
      if (strange !== undefined) {
        throw new InputError(
          `Expected no flags for a run that is open, got \`--${strange.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\`: its branches are begun anew as they were asked.`,
          'Flags are for a run that has ended.',
        );
      }
      if (planned.wide !== undefined && keys.length > 0) {
        throw new InputError(
          `Expected no keys for \`${id}\` while it is open, got ${keys.length}: its ${planned.total} branches travel in lanes, and all that have failed are begun anew together.`,
          'Retry single ones when it has ended.',
        );
      }
      const inLanes = ownLanes.size > 0 && keys.length === 0;
      const begun = inLanes ? await retryOwnBranches(client, id) : await retryBranches(client, id, keys);
      say(`began ${begun.join(', ')} anew. See \`fanfold watch ${shellWord(id)}\`.`);
    },
    { ended: (session, view, own) => retryFinished(session, view, keys, flags, own) },
  );
}
