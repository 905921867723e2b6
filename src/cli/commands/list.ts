import type { Command } from 'commander';

import { listRuns, retriesOf } from '../../client/index.js';
import type { ListedRun, RunFilter } from '../../client/index.js';
import { parseAge } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { isKind, workflowTypes } from '../../contract/names.js';
import { addCost } from '../../contract/usage.js';
import { shownAddress } from '../../secrets/index.js';
import { knownHomes } from '../../server/index.js';
import { explain } from '../failure.js';
import { homeOf, openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { parseChoice, parseCount, parseDollars } from '../read/numbers.js';
import { runTable } from '../show/run-table.js';
import type { RunRow } from '../show/run-table.js';
import { joined, json, line, lines } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { viewRun } from './show.js';

interface ListFlags {
  kind?: string;
  status?: string;
  since?: string;
  minCost?: string;
  minBranches?: string;
  query?: string;
  waiting?: boolean;
  allHomes?: boolean;
  limit: string;
  json?: boolean;
}

/** Most open runs that are looked at for calls that wait. */
const mostOpen = 200;

/** Most homes that an empty list names. */
const mostNamed = 5;

/** What `--status` takes: `waiting`, as the list says of a run, is another name of `--waiting`. */
const choices = ['running', 'waiting', 'paused', 'complete', 'partial', 'failed', 'cancelled'] as const;

export function listCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('list')
    .description('runs, the newest first')
    .option('--kind <kind>', `only this kind: ${workflowTypes.join(', ')}, or a workflow type of your own`)
    .option('--status <status>', `only this status: ${choices.join(', ')}`)
    .option('--since <age>', 'only those that began at most so long ago, such as 12h or 7d')
    .option('--min-cost <usd>', 'only those that cost at least so much, in US dollars')
    .option('--min-branches <n>', 'only those with at least so many branches')
    .option('--query <filter>', 'and any list filter of Temporal’s, such as "CloseTime IS NOT NULL"')
    .option('--waiting', 'only those that wait for a person to allow a call')
    .option('--all-homes', 'those of every home that you have used and that is still there')
    .option('--limit <n>', 'most runs', '20')
    .option('--json', 'print an array as JSON')
    .action(async (flags: ListFlags) => {
      done(await list(asTold(flags), world));
    });
}

/** The flags with `--status waiting` as `--waiting`: the server does not know who waits. */
function asTold({ status, ...others }: ListFlags): ListFlags {
  if (status === undefined) return others;
  const chosen = parseChoice(status, 'status', choices);
  return chosen === 'waiting' ? { ...others, waiting: true } : { ...others, status: chosen };
}

async function list(flags: ListFlags, world: World): Promise<ExitCode> {
  const filter = filterOf(flags);
  const others = (await knownHomes(world.env)).filter((home) => home !== homeOf(world));
  if (flags.allHomes !== true) {
    const found = await runsOf(filter, flags, world);
    if (flags.json) world.stdout.write(json(found.runs, 2));
    else world.stdout.write(found.runs.length > 0 ? runTable(found.runs, world.stdout) : noRuns(found, flags, others));
    return exitCodes.complete;
  }
  const all: object[] = [];
  let code: ExitCode = exitCodes.complete;
  for (const home of [homeOf(world), ...others]) {
    try {
      const { runs } = await runsOf(filter, flags, { ...world, env: { ...world.env, FANFOLD_HOME: home } });
      all.push(...runs.map((run) => ({ home, ...run })));
      if (flags.json || runs.length === 0) continue;
      world.stdout.write(joined([line`${home}:\n`, runTable(runs, world.stdout), line`\n`], ''));
    } catch (error) {
      // One home that cannot be used does not hide the others.
      code = explain(error, world);
    }
  }
  if (flags.json) world.stdout.write(json(all, 2));
  else if (all.length === 0) world.stdout.write(line`No runs in ${others.length + 1} homes.\n`);
  return code;
}

function filterOf(flags: ListFlags): RunFilter {
  return {
    ...(flags.kind !== undefined && { kind: flags.kind }),
    ...(flags.status !== undefined && { status: flags.status }),
    ...(flags.since !== undefined && { sinceMs: Date.now() - parseAge(flags.since, 'since') }),
    ...(flags.minCost !== undefined && { minCostUsd: parseDollars(flags.minCost, 'min-cost') }),
    ...(flags.minBranches !== undefined && { minBranches: parseCount(flags.minBranches, 'min-branches') }),
    ...(flags.query !== undefined && { query: flags.query }),
    limit: parseCount(flags.limit, 'limit'),
  };
}

/** The runs of a home, and where they were looked for. */
interface Found {
  runs: RunRow[];
  where: string;
}

async function runsOf(filter: RunFilter, flags: ListFlags, world: World): Promise<Found> {
  const session = await openSession(world, 'command', sayer(world, flags.json));
  try {
    const { client, server, home } = session;
    const where =
      server.kind === 'embedded' ? home : `the namespace ${server.namespace} of ${shownAddress(server.address)}`;
    // Which runs wait for a person is in their histories: all that are open are looked at before the newest are taken.
    const wanted = {
      ...filter,
      ...(flags.waiting === true && { status: 'running', limit: mostOpen }),
      // A server of the home's own has runs of its user alone; another has what is not fanfold's, too.
      everyType: server.kind === 'embedded' || ('told' as const),
    };
    const listed = await listRuns(client, wanted);
    const unfinished = listed.filter(({ status }) => status !== 'complete' && status !== 'running');
    const retriedBy = await retriesOf(
      client,
      unfinished.map(({ workflowId }) => workflowId),
    );
    const runs = await Promise.all(
      listed.map(async (run) => ({
        ...run,
        ...(await ownValues(session, run)),
        retriedBy: retriedBy.get(run.workflowId) ?? [],
        ...(await waitingIn(session, run)),
      })),
    );
    const shown = flags.waiting === true ? runs.filter(({ waiting }) => waiting > 0).slice(0, filter.limit) : runs;
    return { runs: shown, where };
  } finally {
    await session.leave();
  }
}

/** Most events of a run of somebody's own that is read for its values. */
const mostEvents = 2_000;

/**
 * How many branches a workflow of somebody's own has, and what they cost, where its search attributes do not say so: it is open, or was begun
 * by an older version; and whether the offline model was asked, which they never say.
 */
async function ownValues(
  session: Session,
  { workflowId, runId, kind, branches, costUsd, closedAt, events, offline, earlier }: ListedRun,
): Promise<Partial<Pick<RunRow, 'branches' | 'costUsd' | 'offline'>>> {
  const isTold = closedAt !== null && branches !== null && costUsd !== null;
  if (isKind(kind) || events > mostEvents || (isTold && (offline || costUsd === 0))) return {};
  const view = await viewRun(session, workflowId, runId).catch(() => undefined);
  if (view === undefined) return {};
  const seen = { offline: offline || view.planned.offline };
  if (isTold) return seen;
  const before = earlier ?? { branches: 0, costUsd: 0 };
  const spentUsd = [...view.outcomes.values()].reduce((sum, each) => addCost(sum, each.costUsd), before.costUsd);
  return {
    ...seen,
    branches: Math.max(branches ?? 0, before.branches + view.total),
    costUsd: view.closed === null ? null : spentUsd,
  };
}

/** Calls of a run that wait for a person. Only agents have such; how many branches an open one has by now is in its history alone. */
async function waitingIn(
  session: Session,
  { workflowId, runId, status, kind, branches }: ListedRun,
): Promise<Pick<RunRow, 'waiting'> & Partial<RunRow>> {
  if (status !== 'running' || kind !== 'agent') return { waiting: 0 };
  const view = await viewRun(session, workflowId, runId).catch(() => undefined);
  return { waiting: view?.approvals.size ?? 0, branches: Math.max(branches ?? 0, view?.total ?? 0) };
}

function noRuns({ where }: Found, flags: ListFlags, others: readonly string[]): TerminalText {
  const fitting =
    flags.waiting === true ? 'No runs that wait for a person' : isFiltered(flags) ? 'No such runs' : 'No runs';
  const more = others.slice(0, mostNamed).map((home) => `  ${home}`);
  const left = others.length > mostNamed ? [`  and ${others.length - mostNamed} more`] : [];
  const rest =
    others.length === 0 ? [] : ['Other homes of yours, which `fanfold list --all-homes` looks into:', ...more, ...left];
  return lines([`${fitting} in ${where}.`, ...rest]);
}

function isFiltered({ kind, status, since, minCost, minBranches, query }: ListFlags): boolean {
  return [kind, status, since, minCost, minBranches, query].some((flag) => flag !== undefined);
}
