import { Client, isGrpcServiceError, ServiceError } from '@temporalio/client';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import pLimit from 'p-limit';

import { InputError } from '../contract/errors.js';
import { memoOf } from '../contract/memo.js';
import type { EarlierExecutions, RunMemo } from '../contract/memo.js';
import { searchAttributes, workflowTypes } from '../contract/names.js';
import { priorities, priorityIn } from '../contract/priority.js';
import { subjectOf } from '../plan/subject-of.js';
import { LenientCodec } from '../payloads/index.js';
import { firstInput } from './first-input.js';
import { newestOf } from './newest-of.js';

/** A run, as a list shows it. */
export interface ListedRun {
  workflowId: string;
  runId: string;
  kind: string;
  /** The run's own status, or Temporal's where the run could not set it. */
  status: string;
  branches: number | null;
  costUsd: number | null;
  startedAt: string;
  closedAt: string | null;
  /** Workflow id of the run that it retries; `null` where it retries none. */
  retries: string | null;
  /** What the run is about, of one that another client has started by its input; `null` where nothing says so. */
  title: string | null;
  /** Whether the offline model answers. */
  offline: boolean;
  /** Its priority, where it was started with one other than 3: from 1, which goes first, to 5. */
  priority?: number;
  /** Of a workflow of somebody's own that has continued as new: what its executions before the last have had. */
  earlier?: EarlierExecutions;
  /** Milliseconds from the run's start to its end, or to now. */
  elapsedMs: number;
  /** Length of its last execution's history. */
  events: number;
}

/** Which runs are listed: those for which all of it holds. */
export interface RunFilter {
  /** Workflow type; any of fanfold's by default. */
  kind?: string;
  /** Whether workflows of other types are listed, too: all, or those whose search attributes say that they fan out. */
  everyType?: boolean | 'told';
  status?: string;
  /** Runs that began at this time or later, milliseconds since the epoch. */
  sinceMs?: number;
  /** US dollars; a run that has not ended has no cost yet. */
  minCostUsd?: number;
  minBranches?: number;
  /** Another list filter, as Temporal has them. */
  query?: string;
  /** Most runs, the newest first. */
  limit: number;
}

const invalidArgument = 3;

/** Most runs of which the server is asked for more at once. */
const inputsAtOnce = 20;

/** Fewest executions in a page: a few more cost the server nothing. */
const leastPage = 100;

/**
 * Runs of fanfold's workflow types, or of all, the newest first. Where the namespace lacks fanfold's search attributes, none is told of others.
 *
 * @throws InputError when the server does not understand the filter's query
 */
export async function listRuns(client: Client, filter: RunFilter): Promise<ListedRun[]> {
  if (filter.everyType !== 'told' || filter.kind !== undefined) return runsOf(client, filter);
  return runsOf(client, filter).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    return runsOf(client, { ...filter, everyType: false });
  });
}

async function runsOf(client: Client, filter: RunFilter): Promise<ListedRun[]> {
  const { limit } = filter;
  const reading = pLimit(inputsAtOnce);
  const query = queryOf(filter);
  const asking = lenient(client);
  let newest: WorkflowExecutionInfo[];
  try {
    const pageSize = Math.min(Math.max(limit, leastPage), 1_000);
    newest = await newestOf(asking.workflow.list({ query, pageSize }), limit);
  } catch (error) {
    const cause = error instanceof ServiceError ? error.cause : error;
    if (!isGrpcServiceError(cause) || cause.code !== invalidArgument) throw error;
    const got = filter.query ?? query;
    throw new InputError(
      `Expected \`query\` to be a list filter that the server understands, got \`${got}\`: ${cause.details}`,
    );
  }
  const runs = await Promise.all(newest.map((execution) => reading(() => listedRun(asking, execution))));
  // A run that has continued as new began before its last execution.
  return runs.toSorted((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
}

/**
 * The newest run of fanfold's workflow types; `undefined` where there is none. With `everyType` also one of others, but none that is
 * part of another, as lanes are; where all are that are known, one of these.
 */
export async function newestRun(
  client: Client,
  { everyType }: Required<Pick<RunFilter, 'everyType'>>,
): Promise<ListedRun | undefined> {
  if (everyType !== false) {
    const [newest] = await listRuns(client, { limit: 1, everyType, query: 'ParentWorkflowId IS NULL' });
    if (newest !== undefined || everyType === true) return newest;
  }
  const [newest] = await listRuns(client, { limit: 1 });
  return newest;
}

/** Most ids in one question to the server. */
const idsAtOnce = 100;

/**
 * The runs that retry these, the newest first, by the id of the run that is retried. It has no entry for a run that nobody retries.
 * Where the namespace lacks fanfold's search attributes nothing is known of it.
 */
export async function retriesOf(client: Client, workflowIds: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (let first = 0; first < workflowIds.length; first += idsAtOnce) {
    const ids = workflowIds.slice(first, first + idsAtOnce).map(quote);
    const query = `${searchAttributes.retries.name} IN (${ids.join(', ')})`;
    const runs = await listRuns(client, { query, limit: 1_000 }).catch((error: unknown) => {
      if (error instanceof InputError) return [];
      throw error;
    });
    for (const { workflowId, retries } of runs) {
      if (retries === null) continue;
      const known = found.get(retries) ?? [];
      if (!known.includes(workflowId)) found.set(retries, [...known, workflowId]);
    }
  }
  return found;
}

// A list does not need memos that this process has no key for.
function lenient({ connection, options }: Client): Client {
  const payloadCodecs = options.loadedDataConverter.payloadCodecs.map((codec) => new LenientCodec(codec));
  return new Client({ connection, namespace: options.namespace, dataConverter: { payloadCodecs } });
}

/**
 * The start of the oldest run that the server still knows and that began before `beforeMs`, fanfold's or not; `null` where there
 * is none.
 *
 * @param beforeMs milliseconds since the epoch, as is what is returned
 */
export async function oldestStartBefore(client: Client, beforeMs: number): Promise<number | null> {
  const query = `StartTime < '${new Date(beforeMs).toISOString()}'`;
  let oldest: number | null = null;
  for await (const { startTime } of lenient(client).workflow.list({ query, pageSize: 1_000 })) {
    oldest = Math.min(oldest ?? Infinity, startTime.getTime());
  }
  return oldest;
}

/** Ids of the runs that are still going on, the newest first. */
export async function openRuns(client: Client): Promise<string[]> {
  const runs = await listRuns(client, { status: 'running', limit: 1_000 });
  return runs.map(({ workflowId }) => workflowId);
}

function queryOf({ kind, everyType, status, sinceMs, minCostUsd, minBranches, query }: RunFilter): string {
  const types = kind === undefined ? workflowTypes : [kind];
  const known = `WorkflowType IN (${types.map(quote).join(', ')})`;
  const others =
    everyType === 'told'
      ? `ParentWorkflowId IS NULL AND ${searchAttributes.kind.name} IS NOT NULL`
      : 'ParentWorkflowId IS NULL';
  return [
    // Lanes are part of a run, and so are other children of a workflow of one's own.
    everyType && kind === undefined ? `((${others}) OR ${known})` : known,
    // A run that has continued as new is told of by its last execution.
    `ExecutionStatus != 'ContinuedAsNew'`,
    ...(status === undefined ? [] : [statusQuery(status)]),
    ...(sinceMs === undefined ? [] : [`StartTime >= ${quote(new Date(sinceMs).toISOString())}`]),
    ...(minCostUsd === undefined ? [] : [`${searchAttributes.costUsd.name} >= ${minCostUsd}`]),
    ...(minBranches === undefined ? [] : [`${searchAttributes.branches.name} >= ${minBranches}`]),
    ...(query === undefined ? [] : [`(${query})`]),
  ].join(' AND ');
}

function statusQuery(status: string): string {
  if (status === 'running') return `ExecutionStatus = 'Running'`;
  if (status === 'paused') return `ExecutionStatus = 'Paused'`;
  if (status === 'cancelled') return `ExecutionStatus IN ('Canceled', 'Terminated')`;
  const recorded = searchAttributes.status.name;
  // What is refused at the door has recorded none.
  if (status === 'failed') return `(ExecutionStatus IN ('Failed', 'TimedOut') OR ${recorded} = 'failed')`;
  const told = `${recorded} = ${quote(status)}`;
  // One's own workflow may not have told of its end, see `runStatus`.
  const untold = `(ExecutionStatus = 'Completed' AND (${recorded} IS NULL OR ${recorded} = 'running'))`;
  return status === 'complete' ? `(${told} OR ${untold})` : told;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Run id of the execution that a run began with, where it has continued as new. */
function firstRunOf({ runId, raw }: WorkflowExecutionInfo): string {
  return (raw as { firstRunId?: string | null }).firstRunId || runId;
}

/** When a run began: with its first execution, where it has continued as new. */
async function beganAt(client: Client, execution: WorkflowExecutionInfo): Promise<Date> {
  const { workflowId, runId, startTime } = execution;
  const first = firstRunOf(execution);
  if (first === runId) return startTime;
  const described = await client.workflow
    .getHandle(workflowId, first)
    .describe()
    .catch(() => undefined);
  return described?.startTime ?? startTime;
}

async function listedRun(client: Client, execution: WorkflowExecutionInfo): Promise<ListedRun> {
  const startedAt = await beganAt(client, execution);
  const told = memoOf(execution.memo);
  const memo = told?.title === undefined ? { ...(await memoOfInput(client, execution)), ...told } : told;
  const priority = memo.priority ?? (execution.priority?.priorityKey || priorities.usual);
  const attributes = new Map(execution.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  return {
    workflowId: execution.workflowId,
    runId: execution.runId,
    kind: execution.type,
    status: runStatus(execution.status.name, attributes.get(searchAttributes.status.name)),
    branches: asNumber(attributes.get(searchAttributes.branches.name)),
    costUsd: asNumber(attributes.get(searchAttributes.costUsd.name)),
    startedAt: startedAt.toISOString(),
    closedAt: execution.closeTime?.toISOString() ?? null,
    retries: asText(attributes.get(searchAttributes.retries.name)) ?? memo.retries?.workflowId ?? null,
    title: memo.title ?? null,
    offline: memo.offline === true,
    ...(priority !== priorities.usual && { priority }),
    ...(memo.earlier !== undefined && { earlier: memo.earlier }),
    events: execution.historyLength,
    elapsedMs: Math.max(0, (execution.closeTime?.getTime() ?? Date.now()) - startedAt.getTime()),
  };
}

/** What a memo would say of a run that another client or a Schedule has started. */
async function memoOfInput(client: Client, execution: WorkflowExecutionInfo): Promise<RunMemo> {
  const { workflowId } = execution;
  // What it is about its first execution was given. Where that is gone, the last says what it can.
  const first = await firstInput(client, { workflowId, runId: firstRunOf(execution) });
  const input = first ?? (await firstInput(client, execution));
  const title = subjectOf(input);
  const { offline } = (input ?? {}) as { offline?: unknown };
  const priority = priorityIn(input);
  return {
    ...(title !== null && { title }),
    ...(priority !== undefined && { priority }),
    ...(offline === true && { offline: true }),
  };
}

function runStatus(executionStatus: string, recorded: unknown): string {
  switch (executionStatus) {
    case 'RUNNING':
      return 'running';
    case 'PAUSED':
      return 'paused';
    case 'CANCELLED':
    case 'TERMINATED':
      return 'cancelled';
    case 'COMPLETED':
      // One's own workflow may not have told of its end.
      return typeof recorded === 'string' && recorded !== 'running' ? recorded : 'complete';
    default:
      return 'failed';
  }
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
