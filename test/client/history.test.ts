import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';

import { historyEvents } from '../../src/client/index.js';
import type { HistoryEvent } from '../../src/client/index.js';

/** Events of a run that somebody pauses, and their pages as Server 1.32.0 gives them: that of a paused workflow is the last. */
const begun = { eventId: 1, workflowExecutionStartedEventAttributes: {} };
const paused = { eventId: 2, workflowExecutionPausedEventAttributes: { reason: 'try' } };
const goesOn = { eventId: 3, workflowExecutionUnpausedEventAttributes: {} };
const completed = { eventId: 4, workflowExecutionCompletedEventAttributes: {} };

/** A server that is asked for pages, and then for the run's status, in turn. */
function pausedRun(statuses: string[]) {
  const pages = [
    [begun, paused],
    [begun, paused, goesOn, completed],
  ];
  const history = async () => ({ history: { events: pages.shift() ?? [] }, nextPageToken: new Uint8Array() });
  const describe = async () => ({ status: { name: statuses.shift() } });
  const client = {
    options: { namespace: 'default' },
    workflowService: { getWorkflowExecutionHistory: history },
    connection: { withAbortSignal: (_: AbortSignal, call: () => unknown) => call() },
    workflow: { getHandle: () => ({ describe }) },
  };
  return client as unknown as Client;
}

async function idsOf(events: AsyncIterable<HistoryEvent>): Promise<number[]> {
  const ids = [];
  for await (const { eventId } of events) ids.push(Number(eventId));
  return ids;
}

it('follows a run through a pause of its workflow, each event once', async () => {
  const statuses = ['PAUSED', 'RUNNING'];
  expect(await idsOf(historyEvents(pausedRun(statuses), { workflowId: 'w' }, { wait: true }))).toEqual([1, 2, 3, 4]);
  expect(statuses).toEqual([]);
});

it('is left at once while it waits for the end of a pause', async () => {
  const leave = new AbortController();
  const statuses: string[] = [];
  const events = historyEvents(pausedRun(statuses), { workflowId: 'w' }, { wait: true, signal: leave.signal });
  const seen: number[] = [];
  for await (const { eventId } of events) {
    seen.push(Number(eventId));
    if (Number(eventId) === 2) leave.abort();
  }
  expect(seen).toEqual([1, 2]);
});

it('reads a paused run as it stands', async () => {
  expect(await idsOf(historyEvents(pausedRun([]), { workflowId: 'w' }, { wait: false }))).toEqual([1, 2]);
});
