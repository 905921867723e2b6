import type { Command } from 'commander';

import { parseAge } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { formatBytes } from '../show/amounts.js';
import { openSession, ownHomeOf, sayer, shownPlace, storeOf } from '../home/session.js';
import { BlobStore } from '../../store/blob-store.js';
import { encryptionKeyOf } from '../home/encryption-key.js';
import { pruneStore } from '../worker/tidy-store.js';
import { json as asJson, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface PruneFlags {
  olderThan: string;
  dryRun?: boolean;
}

export function storeCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('store')
    .description('the large texts that are kept outside history: what there is, and how to be rid of it');
  command
    .command('stats')
    .description('how many texts there are, their size and age')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      if (!world.env['FANFOLD_STORE']) await ownHomeOf(world);
      const place = storeOf(world);
      const store = new BlobStore(place, encryptionKeyOf(world));
      const stats = await store.stats().finally(() => store.close());
      const since = stats.oldestAtMs === null ? '' : `, the oldest from ${new Date(stats.oldestAtMs).toISOString()}`;
      world.stdout.write(
        json
          ? asJson(stats, 2)
          : line`${stats.texts.toLocaleString('en')} texts, ${formatBytes(stats.bytes)}, in ${shownPlace(place)}${since}\n`,
      );
      done(exitCodes.complete);
    });
  command
    .command('prune')
    .description('remove texts that are older than that, and older than any run that the server still knows')
    .option('--older-than <duration>', 'put longer ago, such as 7d', '30d')
    .option('--dry-run', 'only say what would be removed')
    .action(async (flags: PruneFlags) => {
      done(await prune(flags, world));
    });
}

async function prune({ olderThan, dryRun = false }: PruneFlags, world: World): Promise<ExitCode> {
  const olderThanMs = parseAge(olderThan, 'older-than');
  const session = await openSession(world, 'command', sayer(world, false));
  try {
    const { texts, bytes } = await pruneStore(session, olderThanMs, dryRun);
    world.stdout.write(line`${dryRun ? 'Would remove' : 'Removed'} ${texts} texts, ${formatBytes(bytes)}.\n`);
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}
