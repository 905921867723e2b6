import type { Command } from 'commander';

import { parseAge } from '../../contract/duration.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Journal, JournalStats } from '../../journal/index.js';
import { formatBytes, formatCost } from '../show/amounts.js';
import type { ExportFlags } from '../home/carry-journal.js';
import { confirmed } from '../home/confirmed.js';
import { openJournalOf } from '../home/journal-of.js';
import { parseBytes } from '../read/numbers.js';
import { homeOf, sayer } from '../home/session.js';
import { json as asJson, line, lines } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface PruneFlags {
  olderThan?: string;
  toSize?: string;
}

export function journalCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('journal')
    .description(
      'the answers that were paid for: what there is, how to carry them elsewhere, and how to be rid of them',
    );
  command
    .command('stats')
    .description('how many answers there are, their size and age, and what they saved')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const stats = await withJournal(world, (journal) => journal.stats());
      world.stdout.write(json ? asJson(stats, 2) : table(stats));
      done(exitCodes.complete);
    });
  command
    .command('prune')
    .description('remove old answers, or the least recently used ones')
    .option('--older-than <duration>', 'those that came longer ago, such as 30d')
    .option('--to-size <size>', 'until what is left has this size at most, such as 500MB')
    .action(async (flags: PruneFlags) => {
      const limits = pruneLimits(flags);
      const { entries, bytes } = await withJournal(world, (journal) => journal.prune(limits));
      world.stdout.write(line`Removed ${entries} answers, ${formatBytes(bytes)}.\n`);
      done(exitCodes.complete);
    });
  command
    .command('export')
    .description('write every answer as a line of JSON, in the order of their keys')
    .option('--out <file>', 'a new file, gzip where its name ends in .gz; standard output by default')
    .option('--clear', 'in clear, where the journal is encrypted; without it what is encrypted stays so')
    .action(async (flags: ExportFlags) => {
      const { exportJournal } = await import('../home/carry-journal.js');
      done(await exportJournal(flags, world));
    });
  command
    .command('import')
    .description('take answers in that were exported; what the journal has stays, unless the new answer is younger')
    .argument('<file>', 'JSON Lines, gzip or not; `-` for standard input')
    .option('--json', 'print as JSON what became of them')
    .action(async (file: string, flags: { json?: boolean }) => {
      const { importJournal } = await import('../home/carry-journal.js');
      done(await importJournal(file, flags, world));
    });
  command
    .command('clear')
    .description('remove every answer; the same questions will be paid for again')
    .option('--yes', 'without asking')
    .action(async ({ yes = false }: { yes?: boolean }) => {
      done(await withJournal(world, (journal) => clear(journal, yes, world)));
    });
}

async function clear(journal: Journal, yes: boolean, world: World): Promise<ExitCode> {
  if (!yes) {
    const stats = await journal.stats();
    world.stdout.write(table(stats));
    const question = `Remove all ${stats.entries.toLocaleString('en')} answers? The same questions will be paid for again.`;
    if (!(await confirmed(question, 'Look at what is listed above first; nothing was removed.', world))) {
      world.stderr.write(line`fanfold: nothing was removed.\n`);
      return exitCodes.badInput;
    }
  }
  await journal.clear();
  world.stdout.write(line`The journal is empty.\n`);
  return exitCodes.complete;
}

async function withJournal<Value>(world: World, work: (journal: Journal) => Promise<Value>): Promise<Value> {
  const journal = await openJournalOf(homeOf(world), world, sayer(world, false));
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

function pruneLimits({ olderThan, toSize }: PruneFlags) {
  if (olderThan === undefined && toSize === undefined) {
    throw new InputError(
      'Expected `--older-than` or `--to-size`, got neither.',
      'To remove everything: `fanfold journal clear`.',
    );
  }
  return {
    ...(olderThan !== undefined && { maxAgeMs: parseAge(olderThan, 'older-than') }),
    ...(toSize !== undefined && { maxBytes: parseBytes(toSize, 'to-size') }),
  };
}

function table({
  entries,
  bytes,
  oldestAtMs,
  newestAtMs,
  reuses,
  savedUsd,
  place,
  setAside,
}: JournalStats): TerminalText {
  const day = (ms: number | null) => (ms === null ? '–' : new Date(ms).toISOString());
  return lines([
    `${entries.toLocaleString('en')} answers, ${formatBytes(bytes)}, in ${place}`,
    ...(entries === 0 ? [] : [`from ${day(oldestAtMs)} to ${day(newestAtMs)}`]),
    `reused ${reuses.toLocaleString('en')} times, ${formatCost(savedUsd)} saved`,
    ...setAside.map((file) => `damaged and set aside: ${file}`),
  ]);
}
