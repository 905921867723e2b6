import { setTimeout as sleep } from 'node:timers/promises';

import { isGrpcServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

import { FanfoldError } from '../contract/errors.js';
import { eitherSignal } from '../network/index.js';
import { closedBy } from './event-facts.js';
import type { HistoryEvent } from './event-facts.js';
import { RunEnd } from './run-end.js';

export type { HistoryEvent } from './event-facts.js';

/** An execution of a workflow. */
export interface Execution {
  workflowId: string;
  /** Run id; the current run by default. */
  runId?: string;
}

const grpcStatus = { deadlineExceeded: 4, invalidArgument: 3, notFound: 5, unavailable: 14, cancelled: 1 };

/**
 * Shortest time from news of an open run to the next, in milliseconds. Somebody who reads along needs no more, and each question takes the
 * server's time while it has branches to begin.
 */
const newsEveryMs = 100;

/** Events of a page that has more behind it, at least: these are read through without a pause. */
const manyEvents = 50;

/** Pause before asking again a server that cannot be reached, in milliseconds. */
const reconnectMs = 300;

/** Pause between two questions whether a run that somebody has paused goes on, in milliseconds. */
const unpausedMs = 1_000;

/**
 * A run's events, each once and in order. No worker is needed. With `wait` an open run is followed until it is closed, through
 * restarts of the server, pauses of the workflow and continue-as-new; without `wait` the events end at the newest. News of a run that is
 * followed come together where they come fast, its end at once.
 *
 * @throws FanfoldError `NoSuchRun` when the server does not know the run
 */
export async function* historyEvents(
  client: Client,
  execution: Execution,
  { wait, signal }: { wait: boolean; signal?: AbortSignal },
): AsyncGenerator<HistoryEvent, void, undefined> {
  let seen = 0;
  let nextPageToken: Uint8Array | null | undefined;
  let next: string | null | undefined;
  let isClosed = false;
  let end = new RunEnd(client, execution);
  const begin = (other: Execution) => {
    execution = other;
    end.leave();
    end = new RunEnd(client, execution);
    nextPageToken = undefined;
  };
  try {
    do {
      let page: temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse;
      try {
        page = await fetchPage(client, execution, wait, nextPageToken, signal);
      } catch (error) {
        if (signal?.aborted) return;
        if (!isPassing(error, nextPageToken, wait)) throw describe(error, execution);
        // A page token may be of no use after a restart of the server. Events that were already seen are skipped.
        nextPageToken = undefined;
        await sleep(reconnectMs);
        continue;
      }
      const events = page.history?.events ?? [];
      for (const event of events) {
        if (Number(event.eventId) <= seen) continue;
        seen = Number(event.eventId);
        yield event;
        isClosed ||= closedBy(event) !== null;
        next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
      }
      nextPageToken = page.nextPageToken;
      if (next) {
        begin({ workflowId: execution.workflowId, runId: next });
        next = undefined;
        seen = 0;
        isClosed = false;
      } else if (wait && !isLast(nextPageToken)) {
        if (events.length < manyEvents) await end.within(newsEveryMs);
      } else if (wait && !isClosed && (await unpaused(client, execution, signal))) {
        // Of a paused workflow the server ends the events, as if it were closed.
        begin(execution);
      }
    } while (nextPageToken === undefined || !isLast(nextPageToken));
  } finally {
    end.leave();
  }
}

function isLast(nextPageToken: Uint8Array | null | undefined): boolean {
  return (nextPageToken?.length ?? 0) === 0;
}

/** Waits for as long as a workflow is paused, and a moment at least; whether to go on. */
async function unpaused(client: Client, { workflowId, runId }: Execution, signal?: AbortSignal): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const described = () => (signal === undefined ? handle.describe() : unlessAborted(handle.describe(), signal));
  const isPaused = (error: unknown) => isGrpcServiceError(error) && error.code === grpcStatus.unavailable;
  for (let waits = true; waits && signal?.aborted !== true;) {
    await sleep(unpausedMs, undefined, { ...(signal && { signal }) }).catch(() => {});
    // While the server cannot be reached nobody knows.
    waits = await described().then(({ status }) => status.name === 'PAUSED', isPaused);
  }
  return signal?.aborted !== true;
}

async function fetchPage(
  client: Client,
  { workflowId, runId }: Execution,
  waitNewEvent: boolean,
  nextPageToken: Uint8Array | null | undefined,
  signal: AbortSignal | undefined,
): Promise<temporal.api.workflowservice.v1.IGetWorkflowExecutionHistoryResponse> {
  const call = () =>
    client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, ...(runId !== undefined && { runId }) },
      waitNewEvent,
      ...(nextPageToken && { nextPageToken }),
    });
  if (signal === undefined) return call();
  // Every call has a signal of its own: the SDK never removes its listener.
  const own = eitherSignal(signal);
  try {
    return await unlessAborted(client.connection.withAbortSignal(own.signal, call), signal);
  } finally {
    own.letGo();
  }
}

/**
 * A call that is left at once where the signal says so. The SDK itself waits out the pauses between its retries, which take seconds while
 * a server is gone.
 *
 * @throws the signal's reason
 */
export async function unlessAborted<Value>(call: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop = () => {};
  const left = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  call.catch(() => {});
  try {
    return await Promise.race([call, left]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function isPassing(error: unknown, nextPageToken: Uint8Array | null | undefined, wait: boolean): boolean {
  if (!wait || !isGrpcServiceError(error)) return false;
  if (error.code === grpcStatus.invalidArgument) return nextPageToken !== undefined;
  return error.code === grpcStatus.unavailable || error.code === grpcStatus.deadlineExceeded;
}

function describe(error: unknown, { workflowId }: Execution): unknown {
  if (!isGrpcServiceError(error) || error.code !== grpcStatus.notFound) return error;
  return noSuchRun(workflowId);
}

export function noSuchRun(workflowId: string): FanfoldError {
  return new FanfoldError('NoSuchRun', `There is no run with the id \`${workflowId}\`.`, 'See `fanfold list`.');
}
