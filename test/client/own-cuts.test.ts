import type { Client } from '@temporalio/client';
import { defaultDataConverter, defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';

import { readRun } from '../../src/client/read-run.js';
import { RunView } from '../../src/client/run-view.js';
import type { HistoryEvent } from '../../src/client/history.js';
import { deadlineSummary } from '../../src/contract/names.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { BlobStore } from '../../src/store/blob-store.js';

const client = {
  options: { namespace: 'default', loadedDataConverter: { ...defaultDataConverter, payloadCodecs: [] } },
} as unknown as Client;
const payloads = (...values: unknown[]) => ({
  payloads: values.map((value) => defaultPayloadConverter.toPayload(value)),
});
const scheduled = (activityId: string, name: string, queue: string, ...input: unknown[]) => ({
  activityTaskScheduledEventAttributes: {
    activityId,
    activityType: { name },
    taskQueue: { name: queue },
    input: payloads(...input),
  },
});

/** The run that such events tell of. */
async function told(events: readonly object[], kind = 'mine'): Promise<RunView> {
  const view = new RunView(client, 'w');
  const began = { workflowExecutionStartedEventAttributes: { workflowType: { name: kind }, input: payloads({}) } };
  for (const [at, attributes] of [began, ...events].entries()) {
    const event = { eventId: at + 1, eventTime: { seconds: at, nanos: 0 }, ...attributes };
    await view.apply(event as unknown as HistoryEvent);
  }
  return view;
}

const statuses = (view: RunView) =>
  [...view.outcomes.values()].map(({ key, status, error }) => [key, status, error?.type]);

const begun = [
  {
    timerStartedEventAttributes: { startToFireTimeout: { seconds: 2 } },
    userMetadata: { summary: defaultPayloadConverter.toPayload(deadlineSummary) },
  },
  scheduled('1', 'sleeps', 'mine'),
  scheduled('2', 'breaks', 'mine'),
  { startChildWorkflowExecutionInitiatedEventAttributes: { workflowId: 'w/child', workflowType: { name: 'naps' } } },
];
const cut = [
  { activityTaskCancelRequestedEventAttributes: { scheduledEventId: 3 } },
  { activityTaskCancelRequestedEventAttributes: { scheduledEventId: 4 } },
  { requestCancelExternalWorkflowExecutionInitiatedEventAttributes: { workflowExecution: { workflowId: 'w/child' } } },
];
const ended = [
  { activityTaskCanceledEventAttributes: { scheduledEventId: 3 } },
  { activityTaskFailedEventAttributes: { scheduledEventId: 4, failure: { message: 'cut short' } } },
  { childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: 5 } },
];
const task = { workflowTaskCompletedEventAttributes: {} };

it('tells that somebody’s own work is late which a deadline has cut (DeadlineCuts-1)', async () => {
  const view = await told([...begun, { timerFiredEventAttributes: { startedEventId: 2 } }, task, ...cut, ...ended]);
  expect(statuses(view)).toEqual(['sleeps', 'breaks', 'naps'].map((key) => [key, 'late', 'Late']));
});

it('tells that it is late, too, where the run ends before it has stopped (DeadlineCuts-1)', async () => {
  const asks = scheduled('3', 'askModel', 'fanfold-model', { key: 'asks', index: 0, queuedAtMs: 6 });
  const asked = { activityTaskCancelRequestedEventAttributes: { scheduledEventId: 6 } };
  const fired = { timerFiredEventAttributes: { startedEventId: 2 } };
  const completed = { workflowExecutionCompletedEventAttributes: {} };
  const ends = async (events: readonly object[]) => {
    const { branches } = await readRun(await told(events), {} as BlobStore, null);
    return branches.map(({ key, status, error }) => [key, status, error?.message]);
  };
  const keys = ['sleeps', 'breaks', 'naps', 'asks'];
  expect(await ends([...begun, asks, fired, task, ...cut, asked, completed])).toEqual(
    keys.map((key) => [key, 'late', 'Not there at the deadline of 2.0 s.']),
  );
  expect(await ends([...begun, asks, task, ...cut, asked, completed])).toEqual(
    keys.map((key) => [key, 'cancelled', 'The run ended before this branch did.']),
  );
});

it('leaves as it was what something else has cut', async () => {
  const view = await told([...begun, task, ...cut, ...ended]);
  expect(statuses(view).map(([key, status]) => [key, status])).toEqual([
    ['sleeps', 'cancelled'],
    ['breaks', 'failed'],
    ['naps', 'cancelled'],
  ]);
});

it('lists questions of somebody’s own workflow that travel in Message Batches', async () => {
  const questions = ['a', '#1'].map((key, index) => ({ key, index, request: {} }));
  const order = { number: 0, offline: true, queuedAtMs: 0, questions };
  const answer = {
    status: 'ok',
    output: { inline: 'yes' },
    model: 'm',
    ledger: { ...noLedger, costUsd: 1 },
    reused: false,
    savedUsd: 0,
    finishedAtMs: 5,
  };
  const events = [
    scheduled('1', 'counts', 'mine'),
    scheduled('2', 'submitBatches', 'fanfold-model-offline', order),
    scheduled('3', 'collectBatches', 'fanfold-model-offline', order, []),
  ];
  const ordered = await told(events);
  expect(ordered.places.map(({ key, index }) => [key, index])).toEqual([
    ['counts', 0],
    ['a', 1],
    ['#1', 2],
  ]);
  expect(ordered.planned.offline).toBe(true);
  const collected = {
    activityTaskCompletedEventAttributes: { scheduledEventId: 4, result: payloads([{ answer }, {}]) },
  };
  // What no batch has answered is asked online, in the same place; in an encrypted run its activity has a number.
  for (const id of ['#1', '7']) {
    const online = scheduled(id, 'askModel', 'fanfold-model', { key: '#1', index: 1, queuedAtMs: 6 });
    const given = { activityTaskCompletedEventAttributes: { scheduledEventId: 6, result: payloads(answer) } };
    const view = await told([...events, collected, online, given]);
    expect(view.places.map(({ key, index }) => [key, index])).toEqual([
      ['counts', 0],
      ['a', 1],
      ['#1', 2],
    ]);
    expect(statuses(view)).toEqual([
      ['a', 'ok', undefined],
      ['#1', 'ok', undefined],
    ]);
  }
});
