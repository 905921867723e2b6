import type { Command } from 'commander';

import { listRuns, retriesOf } from '../../client/index.js';
import type { ListedRun } from '../../client/index.js';
import { parseAge } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { workflowTypes } from '../../contract/names.js';
import { visibleLine } from '../../fold/visible-text.js';
import { formatCost } from '../show/amounts.js';
import { parseChoice, parseCount, parseDollars } from '../read/numbers.js';
import { openSession, sayer } from '../home/session.js';
import { json, line, lines } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface ListFlags {
  kind?: string;
  status?: string;
  since?: string;
  minCost?: string;
  minBranches?: string;
  query?: string;
  limit: string;
  json?: boolean;
}

const statuses = ['running', 'complete', 'partial', 'failed', 'cancelled'] as const;

export function listCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('list')
    .description('runs, the newest first')
    .option('--kind <kind>', `only this kind: ${workflowTypes.join(', ')}`)
    .option('--status <status>', `only this status: ${statuses.join(', ')}`)
    .option('--since <age>', 'only those that began at most so long ago, such as 12h or 7d')
    .option('--min-cost <usd>', 'only those that cost at least so much, in US dollars')
    .option('--min-branches <n>', 'only those with at least so many branches')
    .option('--query <filter>', 'and any list filter of Temporal’s, such as "CloseTime IS NOT NULL"')
    .option('--limit <n>', 'most runs', '20')
    .option('--json', 'print an array as JSON')
    .action(async (flags: ListFlags) => {
      done(await list(flags, world));
    });
}

async function list(flags: ListFlags, world: World): Promise<ExitCode> {
  const filter = {
    ...(flags.kind !== undefined && { kind: parseChoice(flags.kind, 'kind', workflowTypes) }),
    ...(flags.status !== undefined && { status: parseChoice(flags.status, 'status', statuses) }),
    ...(flags.since !== undefined && { sinceMs: Date.now() - parseAge(flags.since, 'since') }),
    ...(flags.minCost !== undefined && { minCostUsd: parseDollars(flags.minCost, 'min-cost') }),
    ...(flags.minBranches !== undefined && { minBranches: parseCount(flags.minBranches, 'min-branches') }),
    ...(flags.query !== undefined && { query: flags.query }),
    limit: parseCount(flags.limit, 'limit'),
  };
  const session = await openSession(world, 'command', sayer(world, flags.json));
  try {
    const listed = await listRuns(session.client, filter);
    const unfinished = listed.filter(({ status }) => status !== 'complete' && status !== 'running');
    const retriedBy = await retriesOf(
      session.client,
      unfinished.map(({ workflowId }) => workflowId),
    );
    const runs = listed.map((run) => ({ ...run, retriedBy: retriedBy.get(run.workflowId) ?? [] }));
    world.stdout.write(flags.json ? json(runs, 2) : table(runs));
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

/** A run of the list, and the runs that retry it. */
type Row = ListedRun & { retriedBy: readonly string[] };

/** What a run has to do with others. */
function retryOf({ retries, retriedBy }: Row): string {
  const [newest] = retriedBy;
  return [
    ...(retries === null ? [] : [`retries ${retries}`]),
    ...(newest === undefined ? [] : [`retried by ${newest}`]),
  ].join(', ');
}

function table(runs: readonly Row[]): TerminalText {
  if (runs.length === 0) return line`No runs.\n`;
  const isRetried = runs.some((run) => retryOf(run) !== '');
  const header = ['id', 'kind', 'status', 'branches', 'cost', 'started', ...(isRetried ? ['retry'] : [])];
  const rows = runs.map((run) =>
    [
      run.workflowId,
      run.kind,
      run.status,
      String(run.branches ?? ''),
      run.costUsd === null ? '' : formatCost(run.costUsd),
      run.startedAt,
      ...(isRetried ? [retryOf(run)] : []),
    ].map(visibleLine),
  );
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return lines(
    [header, ...rows].map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  );
}
