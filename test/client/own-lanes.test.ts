import type { Client } from '@temporalio/client';
import { defaultDataConverter, defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';

import { tallySoFar } from '../../src/client/own-lanes.js';
import { readRun } from '../../src/client/read-run.js';
import { RunView } from '../../src/client/run-view.js';
import type { HistoryEvent } from '../../src/client/history.js';
import { OwnLanesNews } from '../../src/cli/run/own-lanes-news.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { deadlineSummary } from '../../src/contract/names.js';
import { cutByKey, noLedger, outcomeOfAnswer, wasCancelled } from '../../src/contract/outcome.js';
import type { BlobStore } from '../../src/store/blob-store.js';

const client = {
  options: { namespace: 'default', loadedDataConverter: { ...defaultDataConverter, payloadCodecs: [] } },
} as unknown as Client;
const payload = (value: unknown) => defaultPayloadConverter.toPayload(value);
const payloads = (value: unknown) => ({ payloads: [payload(value)] });

const outcome = (index: number, change: Partial<StoredBranch> = {}): StoredBranch => {
  const ledger = { ...noLedger, attempts: 1, costUsd: 1 };
  const answer = { status: 'ok', model: 'm', reused: false, savedUsd: 0, ledger, finishedAtMs: 5 } as const;
  return { ...outcomeOfAnswer({ key: `q${index}`, index, queuedAtMs: 0 }, answer), ...change };
};
const cut = (index: number, message = wasCancelled) =>
  outcome(index, { status: 'cancelled', error: { type: 'Cancelled', message } });
const failed = (index: number) => outcome(index, { status: 'failed', error: { type: 'E', message: 'no' } });

const texts: Record<string, unknown> = {
  chunk: Array.from({ length: 4 }, (_, index) => ({ key: `q${index}`, text: '' })),
  one: [outcome(1), failed(2)],
  cut: [cut(0), cut(3, cutByKey)],
  anew: [outcome(2)],
};
const store = {
  readText: async ({ sha256 }: { sha256: string }) =>
    sha256 in texts ? JSON.stringify(texts[sha256]) : Promise.reject(new Error('elsewhere')),
} as unknown as BlobStore;

const activity = (name: string) => ({
  activityTaskScheduledEventAttributes: { activityId: name, activityType: { name }, taskQueue: { name: 'mine' } },
});
const lanes = {
  startChildWorkflowExecutionInitiatedEventAttributes: {
    workflowId: 'w/lanes',
    workflowType: { name: 'lanes' },
    input: payloads({
      plan: { offline: true, chunks: [{ sha256: 'chunk', bytes: 1, count: 4 }] },
      tells: { number: 0 },
    }),
  },
};
const tells = (sha256: string) => ({
  workflowExecutionSignaledEventAttributes: {
    signalName: 'lanesReport',
    input: payloads({ to: 0, reports: [{ sha256, bytes: 1 }] }),
  },
});
const timer = {
  timerStartedEventAttributes: { startToFireTimeout: { seconds: 2 } },
  userMetadata: { summary: payload(deadlineSummary) },
};
const before = [timer, activity('before'), lanes, activity('after')];

/** A run that such events tell of, and what takes in more of them. */
async function begun() {
  const view = new RunView(client, 'w');
  let seconds = 0;
  const see = async (...events: readonly object[]) => {
    for (const attributes of events) {
      seconds += 1;
      const event = { eventId: seconds, eventTime: { seconds, nanos: 0 }, ...attributes };
      await view.apply(event as unknown as HistoryEvent);
    }
  };
  await see({ workflowExecutionStartedEventAttributes: { workflowType: { name: 'mine' }, input: payloads({}) } });
  await see(...before);
  return { view, see };
}
const shown = async (view: RunView) => {
  const { branches, coverage } = await readRun(view, store, null);
  return { branches: branches.map(({ key, index, status }) => `${index} ${key} ${status}`), ...coverage };
};

it('has questions in lanes before these have ended, in input order, among all that there are', async () => {
  const { view, see } = await begun();
  await see(tells('one'), { activityTaskCompletedEventAttributes: { scheduledEventId: 5 } });
  expect(await shown(view)).toEqual({ branches: ['2 q1 ok', '3 q2 failed', '5 after ok'], ok: 2, total: 6 });
  // Nobody has to have a key for a run that asks the offline model.
  expect(view.planned.offline).toBe(true);
});

it('has lanes as one branch whose reports are elsewhere', async () => {
  const { view, see } = await begun();
  await see(tells('strange'), { childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: 4 } });
  expect(await shown(view)).toMatchObject({ branches: ['1 lanes cancelled'], ok: 0 });
});

it('tells that questions are late whose lanes a deadline has cut, and not those that somebody has (DeadlineCuts-1)', async () => {
  const ends = async (...fired: readonly object[]) => {
    const { view, see } = await begun();
    const asked = { workflowExecution: { workflowId: 'w/lanes' } };
    await see(tells('one'), ...fired, { workflowTaskCompletedEventAttributes: {} });
    await see({ requestCancelExternalWorkflowExecutionInitiatedEventAttributes: asked }, tells('cut'));
    await see({ childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: 4 } });
    return (await shown(view)).branches;
  };
  const others = ['2 q1 ok', '3 q2 failed', '4 q3 cancelled'];
  expect(await ends({ timerFiredEventAttributes: { startedEventId: 2 } })).toEqual(['1 q0 late', ...others]);
  expect(await ends()).toEqual(['1 q0 cancelled', ...others]);
});

it('tells whoever follows of each question once, and of one begun anew once more (OwnLanesNews-1)', async () => {
  const { view, see } = await begun();
  const news = new OwnLanesNews(view, store);
  const fresh = async () => (await news.fresh()).map(({ key, index, status }) => `${index} ${key} ${status}`);
  await see(tells('one'));
  expect(await fresh()).toEqual(['2 q1 ok', '3 q2 failed']);
  expect(await fresh()).toEqual([]);
  expect(tallySoFar(view)).toMatchObject({ ended: 2, byStatus: { ok: 1, failed: 1 }, costUsd: 2 });
  await see(tells('anew'));
  expect(await fresh()).toEqual(['3 q2 ok']);
  await see({ childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: 4 } });
  const [ended] = [...view.outcomes.values()];
  expect((await news.rest(ended as StoredBranch))?.map(({ key, status }) => [key, status])).toEqual([
    ['q0', 'cancelled'],
    ['q3', 'cancelled'],
  ]);
  // What lanes have cost stands in the outcomes of their questions.
  expect(tallySoFar(view)).toMatchObject({ ended: 4, byStatus: { ok: 2, cancelled: 2 }, costUsd: 3 });
  expect(await news.rest(outcome(0))).toBeUndefined();
});

it('leaves lanes whose reports are elsewhere to stand for their questions (OwnLanesNews-2)', async () => {
  const { view, see } = await begun();
  const news = new OwnLanesNews(view, { readText: () => Promise.reject(new Error('elsewhere')) });
  await see(tells('one'), tells('anew'));
  expect(await news.fresh()).toEqual([]);
  await see({ childWorkflowExecutionCanceledEventAttributes: { initiatedEventId: 4 } });
  const [ended] = [...view.outcomes.values()];
  expect(await news.rest(ended as StoredBranch)).toBeUndefined();
});
