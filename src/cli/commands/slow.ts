import type { Command } from 'commander';

import { latencySamples } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { workflowTypes } from '../../contract/names.js';
import { kindOf } from '../../plan/kinds.js';
import { slowGroups } from '../../fold/slow.js';
import type { Quantiles, SlowGroup } from '../../fold/slow.js';
import { parseChoice, parseCount } from '../read/numbers.js';
import { openSession, sayer } from '../home/session.js';
import { json, line, lines, paints, terminalLine } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface SlowFlags {
  kind?: string;
  limit: string;
  json?: boolean;
}

export function slowCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('slow')
    .description('which branches of past runs were slow, why, and what to do about it')
    .option('--kind <kind>', `only runs of this kind: ${workflowTypes.join(', ')}`)
    .option('--limit <n>', 'most runs, the newest first', '50')
    .option('--json', 'print the groups as JSON')
    .action(async (flags: SlowFlags) => {
      done(await slow(flags, world));
    });
}

async function slow(flags: SlowFlags, world: World): Promise<ExitCode> {
  const filter = {
    ...(flags.kind !== undefined && { kind: parseChoice(flags.kind, 'kind', workflowTypes) }),
    limit: parseCount(flags.limit, 'limit'),
  };
  const say = sayer(world, flags.json);
  const session = await openSession(world, 'command', say);
  try {
    const { samples, runs, unread } = await latencySamples(session.client, session.store, filter);
    const groups = slowGroups(samples, (kind, key) => kindOf(kind)?.peers(key));
    if (unread.length > 0) say(`not read, because what they stored is elsewhere: ${unread.join(', ')}.`);
    world.stdout.write(
      flags.json
        ? json({ runs, branches: samples.length, unread, groups }, 2)
        : report(groups, runs, samples.length, world),
    );
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

function report(groups: readonly SlowGroup[], runs: number, branches: number, world: World): TerminalText {
  const { bold, yellow, dim } = paints(world.stdout.colour);
  const head = `${branches} branches of ${runs} runs.`;
  if (groups.length === 0)
    return line`${head} A pattern takes five of a kind that were not answered from the journal.\n`;
  const widths = [groups.map(nameOf), groups.map(({ count }) => String(count))].map((column) =>
    Math.max(...column.map((cell) => cell.length), 8),
  );
  const rows = groups.flatMap((group) => {
    const name = nameOf(group).padEnd(widths[0] ?? 0);
    const row = `${name}  ${String(group.count).padStart(widths[1] ?? 0)}  ${threeOf(group.totalMs)}`;
    if (group.cause === undefined) return [dim(row)];
    return [line`${yellow(row)}  ${group.slow} slow: ${group.cause}`, `    ${adviceOf(group)}`];
  });
  const title = `${''.padEnd(widths[0] ?? 0)}  ${'branches'.padStart(widths[1] ?? 0)}  ${'p50'.padEnd(8)} ${'p95'.padEnd(8)} p99`;
  return lines([head, '', bold(title), ...rows]);
}

function nameOf({ by, name }: SlowGroup): string {
  return `${by} ${terminalLine(name, 60).text}`;
}

function threeOf({ p50, p95, p99 }: Quantiles): string {
  return [p50, p95, p99].map((ms) => formatDuration(ms).padEnd(8)).join(' ');
}

function adviceOf({ proposal, slow, count, queuedMs, modelMs, retryWaitMs }: SlowGroup): string {
  const parts = `p95 queued ${formatDuration(queuedMs.p95)}, model ${formatDuration(modelMs.p95)}, retries ${formatDuration(retryWaitMs.p95)}`;
  return `${slow} of ${count}; ${parts}. ${proposal?.why ?? ''} Try ${proposal?.flags.join(' ') ?? ''}.`;
}
