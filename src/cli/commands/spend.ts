import type { Command } from 'commander';

import { parseAge } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { dayOf } from '../../journal/index.js';
import type { Spend } from '../../journal/index.js';
import { formatCost } from '../show/amounts.js';
import { gatewaySpend } from '../home/ask-gateway.js';
import { openJournalOf } from '../home/journal-of.js';
import { parseChoice } from '../read/numbers.js';
import { homeOf, sayer } from '../home/session.js';
import { json as asJson, lines } from '../show/terminal-text.js';
import type { World } from '../world.js';

const ways = ['day', 'run', 'client', 'model'] as const;
type Way = (typeof ways)[number];

interface SpendFlags {
  since?: string;
  by: string;
  json?: boolean;
}

/** What is shown of one day, run, client or model. */
type Sum = Pick<
  Spend,
  'calls' | 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'costUsd' | 'unpriced' | 'untold'
> & {
  name: string;
};

export function spendCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('spend')
    .description('what calls through the gateway have cost, from its ledger')
    .option('--since <age>', 'from the day on that began so long ago, such as 7d; all days by default')
    .option('--by <what>', ways.join(', '), 'day')
    .option('--json', 'print it as JSON')
    .action(async (flags: SpendFlags) => {
      done(await spend(flags, world));
    });
}

async function spend({ since, by, json }: SpendFlags, world: World): Promise<ExitCode> {
  const way = parseChoice(by, 'by', ways);
  const sinceDay = since === undefined ? '' : dayOf(Date.now() - parseAge(since, 'since'));
  const rows = (await gatewaySpend(sinceDay, world)) ?? (await ownSpend(sinceDay, json, world));
  const sums = sumsOf(rows, way);
  const total = sumOf('total', rows);
  world.stdout.write(json ? asJson({ by: way, rows: sums, total }, 2) : lines([...sums, total].map(lineOf)));
  if (rows.length === 0) sayer(world, json)('no call in the ledger: those of the offline model are not counted.');
  return exitCodes.complete;
}

async function ownSpend(sinceDay: string, json: boolean | undefined, world: World): Promise<Spend[]> {
  const journal = await openJournalOf(homeOf(world), world, sayer(world, json));
  return journal.spend(sinceDay).finally(() => journal.close());
}

/** The sums of a ledger, one for each day (the latest first), run, client or model (the dearest first). */
function sumsOf(rows: readonly Spend[], way: Way): Sum[] {
  const groups = new Map<string, Spend[]>();
  for (const row of rows) groups.set(row[way], [...(groups.get(row[way]) ?? []), row]);
  const sums = [...groups].map(([name, some]) => sumOf(name, some));
  return way === 'day' ? sums : sums.toSorted((left, right) => right.costUsd - left.costUsd);
}

function sumOf(name: string, rows: readonly Spend[]): Sum {
  const of = (field: Exclude<keyof Sum, 'name'>) => rows.reduce((sum, row) => sum + row[field], 0);
  return {
    name,
    calls: of('calls'),
    inputTokens: of('inputTokens'),
    outputTokens: of('outputTokens'),
    cacheReadTokens: of('cacheReadTokens'),
    cacheWriteTokens: of('cacheWriteTokens'),
    costUsd: of('costUsd'),
    unpriced: of('unpriced'),
    untold: of('untold'),
  };
}

function lineOf({ name, calls, costUsd, unpriced, untold, ...tokens }: Sum): string {
  const read = tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWriteTokens;
  const said = [
    `${name || 'no run'}: ${formatCost(costUsd)}`,
    `${calls.toLocaleString('en')} calls`,
    `${read.toLocaleString('en')} tokens in, ${tokens.outputTokens.toLocaleString('en')} out`,
  ];
  if (unpriced > 0) said.push(`${unpriced} of unknown price`);
  if (untold > 0) said.push(`${untold} cut before the API had told their cost`);
  return said.join(' · ');
}
