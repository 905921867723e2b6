import { ApplicationFailure } from '@temporalio/common';
import { beforeEach, describe, expect, it } from 'vitest';

import { OwnBranches } from '../../src/client/own-branches.js';
import type { HistoryEvent } from '../../src/client/history.js';
import type { RunPayloads } from '../../src/client/run-payloads.js';
import type { Place } from '../../src/contract/branch.js';
import { noTally } from '../../src/contract/lanes.js';
import { summaryIsKey } from '../../src/contract/names.js';
import { noLedger, outcomeOfAnswer } from '../../src/contract/outcome.js';
import { subjectOf } from '../../src/plan/subject-of.js';

const read = {
  values: async () => [17],
  failure: async () => new Error('it broke'),
  cancellation: async () => new Error('it was cancelled'),
};
const payloads = read as unknown as RunPayloads;

const event = (eventId: number, attributes: object): HistoryEvent =>
  ({ eventId, eventTime: { seconds: eventId, nanos: 0 }, ...attributes }) as unknown as HistoryEvent;

const activity = (eventId: number, taskQueue: string) =>
  event(eventId, {
    activityTaskScheduledEventAttributes: {
      activityId: String(eventId),
      activityType: { name: 'countWords' },
      taskQueue: { name: taskQueue },
    },
  });

const child = (eventId: number) =>
  event(eventId, { startChildWorkflowExecutionInitiatedEventAttributes: { workflowType: { name: 'analyse' } } });

describe('work of somebody’s own workflow that asks no model', () => {
  let branches: Map<string, Place>;
  let own: OwnBranches;

  beforeEach(() => {
    branches = new Map();
    own = new OwnBranches(payloads);
  });

  it('is a branch: an activity, a child workflow, and a second one of the same name', async () => {
    for (const begun of [activity(1, 'reviews'), child(2), activity(3, 'reviews')]) {
      expect(await own.begin(begun, branches, Number(begun.eventId) * 1_000)).toBe(true);
    }
    expect([...branches.values()].map(({ key, index }) => [key, index])).toEqual([
      ['countWords', 0],
      ['analyse', 1],
      ['countWords (2)', 2],
    ]);
    const started = event(4, { activityTaskStartedEventAttributes: { scheduledEventId: 1, attempt: 2 } });
    expect(await own.ended(started)).toBeUndefined();
    const ended = event(9, { activityTaskCompletedEventAttributes: { scheduledEventId: 1 } });
    expect(await own.ended(ended)).toMatchObject({
      key: 'countWords',
      status: 'ok',
      output: { inline: 17 },
      attempts: 2,
      costUsd: 0,
      latency: { queuedMs: 3_000, modelMs: 5_000, totalMs: 8_000 },
    });
    expect(await own.ended(ended)).toBeUndefined();
    const failed = event(10, { childWorkflowExecutionFailedEventAttributes: { initiatedEventId: 2, failure: {} } });
    expect(await own.ended(failed)).toMatchObject({ key: 'analyse', status: 'failed', error: { message: 'it broke' } });
  });

  it('is named by its branch, where the history says that its summary is that', async () => {
    const header = { fields: { [summaryIsKey]: {} } };
    const told = new OwnBranches({ ...read, values: async () => ['words'] } as unknown as RunPayloads);
    for (const [id, marks, summary] of [
      [1, { header }, {}],
      [2, { header }, undefined],
      [3, {}, {}],
    ] as const) {
      const begun = activity(id, 'reviews');
      Object.assign(begun.activityTaskScheduledEventAttributes ?? {}, marks);
      await told.begin(Object.assign(begun, summary && { userMetadata: { summary } }), branches, 0);
    }
    expect([...branches.values()].map(({ key }) => key)).toEqual(['words', 'countWords', 'countWords (2)']);
  });

  it.each(['lanes', 'map', 'agent', 'gather'])(
    'costs what a workflow `%s` says, failed or not (OwnBranches-2)',
    async (type) => {
      const [one, other] = [4, 5].map((amount) =>
        outcomeOfAnswer(
          { key: 'a', index: 0, queuedAtMs: 0 },
          {
            status: 'ok',
            model: 'm',
            reused: false,
            savedUsd: 0,
            finishedAtMs: 1,
            ledger: { ...noLedger, costUsd: amount, lostUsd: 1 },
          },
        ),
      );
      const result = { branches: [one], fanIn: { calls: [other] } };
      const details = [{ ...result, wide: { tally: { ...noTally, costUsd: 2 } } }];
      const failed = ApplicationFailure.create({ type: 'RunFailed', details });
      own = new OwnBranches({
        ...read,
        values: async () => [result],
        failure: async () => failed,
      } as unknown as RunPayloads);
      for (const id of [1, 2]) {
        await own.begin(
          event(id, { startChildWorkflowExecutionInitiatedEventAttributes: { workflowType: { name: type } } }),
          branches,
          0,
        );
      }
      const ok = event(3, { childWorkflowExecutionCompletedEventAttributes: { initiatedEventId: 1 } });
      expect(await own.ended(ok)).toMatchObject({ status: 'ok', costUsd: 9, lostUsd: 2 });
      const lost = event(4, { childWorkflowExecutionFailedEventAttributes: { initiatedEventId: 2, failure: {} } });
      expect(await own.ended(lost)).toMatchObject({ status: 'failed', costUsd: 11, lostUsd: 2 });
    },
  );

  it('has what lanes had told that are cut, once, and nothing of others (OwnBranches-3)', async () => {
    const [one, other] = [1, 2].map((bytes) => ({ sha256: `digest ${bytes}`, bytes }));
    const told = new OwnBranches({ ...read, values: async (value: unknown) => [value] } as unknown as RunPayloads);
    const input = { plan: { chunks: [{ sha256: 'c', bytes: 1, count: 60 }] }, tells: { workflowId: 'w', number: 3 } };
    const lanes = { workflowType: { name: 'lanes' }, input };
    await told.begin(event(1, { startChildWorkflowExecutionInitiatedEventAttributes: lanes }), branches, 0);
    for (const message of [
      { to: 3, reports: [one] },
      { to: 3, reports: [one, other, { sha256: 'no bytes' }, null] },
      { to: 4, reports: [{ sha256: 'of other lanes', bytes: 1 }] },
      null,
      'no report',
    ]) {
      const signal = { signalName: 'lanesReport', input: message };
      expect(await told.ended(event(2, { workflowExecutionSignaledEventAttributes: signal }))).toBeUndefined();
    }
    const cut = event(3, { childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: 1 } });
    expect(await told.ended(cut)).toMatchObject({ index: 0, costUsd: 0 });
    expect(told.inLanes.get(0)).toMatchObject({ chunks: input.plan.chunks, batches: [one, other] });
  });

  it('is none where fanfold’s own workers do it (OwnBranches-1)', async () => {
    expect(await own.begin(activity(1, 'fanfold-io'), branches, 0)).toBe(false);
    expect(branches.size).toBe(0);
  });
});

describe('what a run of another client is about', () => {
  it.each([
    [{ title: 'invoice.md', document: { inline: 'text' } }, 'invoice.md'],
    [{ question: 'When?' }, 'When?'],
    [{ document: { inline: '\n\nThe customer pays.\nAnd so on.' } }, 'The customer pays.'],
    ['A text\nof two lines', 'A text'],
    [{ amount: 3 }, null],
    [undefined, null],
  ])('%j', (input, subject) => {
    expect(subjectOf(input)).toBe(subject);
  });
});
