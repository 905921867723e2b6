import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { failOver, historyEvents, pendingBranches, readRun, RunView } from '../../src/client/index.js';
import type { BatchAnswer, BatchOrder } from '../../src/contract/activities.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { taskQueues } from '../../src/contract/names.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { Run } from '../../src/contract/run.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import { BlobStore } from '../../src/store/blob-store.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { withWorkers as inWorkers } from '../workflows/with-run.js';
import { patienceMs } from '../support/patience.js';

const store = new BlobStore('/nowhere');

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => environment.teardown());

async function start(input: Partial<PerspectivesInput> = {}): Promise<string> {
  const workflowId = randomUUID();
  await environment.client.workflow.start('perspectives', {
    workflowId,
    taskQueue: taskQueues.workflow,
    args: [{ document: { inline: 'A document.' }, perspectives: ['a', 'b'], ...input }],
  });
  return workflowId;
}

function withWorkers(model: FakeModel, during: () => Promise<void>): Promise<void> {
  return inWorkers(environment, 10, model, during);
}

async function read(workflowId: string): Promise<Run> {
  const view = new RunView(environment.client, workflowId);
  for await (const event of historyEvents(environment.client, { workflowId }, { wait: false })) await view.apply(event);
  return readRun(view, store, null);
}

it('tells of a run that no worker has looked at', async () => {
  const workflowId = await start();
  expect(await read(workflowId)).toMatchObject({
    status: 'running',
    branches: [],
    coverage: { ok: 0, total: 2 },
    output: {},
  });
  expect(await read(workflowId)).not.toHaveProperty('stopping');
  const handle = environment.client.workflow.getHandle(workflowId);
  // Nobody is there to carry it out.
  await handle.cancel();
  expect(await read(workflowId)).toMatchObject({ status: 'running', stopping: true });
  await handle.terminate();
  expect(await read(workflowId)).not.toHaveProperty('stopping');
});

it('keeps the answers of a run that was terminated, and counts the other branches as cancelled', async () => {
  const model = new FakeModel();
  model.hold('b');
  let workflowId = '';
  await withWorkers(model, async () => {
    workflowId = await start();
    await vi.waitFor(async () => expect((await read(workflowId)).coverage.ok).toBe(1), patienceMs);
    const [pending] = await pendingBranches(environment.client, { workflowId });
    expect(pending).toMatchObject({ activityId: 'b', state: 'running' });
    await environment.client.workflow.getHandle(workflowId).terminate();
    model.release('b');
  });
  const run = await read(workflowId);
  expect(run).toMatchObject({ status: 'cancelled', output: { a: 'answer of a' }, coverage: { ok: 1, total: 2 } });
  expect(run.branches.map(({ key, status }) => [key, status])).toEqual([
    ['a', 'ok'],
    ['b', 'cancelled'],
  ]);
});

it('reads the same from the events as the workflow itself returned', async () => {
  const model = new FakeModel();
  model.fail('b');
  await withWorkers(model, async () => {
    const workflowId = await start();
    const result = await environment.client.workflow.getHandle(workflowId).result();
    const view = new RunView(environment.client, workflowId);
    for await (const event of historyEvents(environment.client, { workflowId }, { wait: false }))
      await view.apply(event);
    // The workflow learns of an end a moment after the event: its clock stands still between tasks.
    const same = ({ key, status, attempts, usage, output, error }: StoredBranch) => ({
      key,
      status,
      attempts,
      usage,
      output,
      error,
    });
    const outcomes = [...view.outcomes.values()].toSorted((left, right) => left.index - right.index);
    expect(outcomes.map(same)).toEqual((result as RunResult).branches.map(same));
  });
});

it('counts what the calls of a fan-in have cost that was cancelled with its run (RunView-3, FanIn-3)', async () => {
  const model = new FakeModel();
  model.hold('judge-2');
  await withWorkers(model, async () => {
    const workflowId = await start({ fanIn: 'select', searchable: true });
    await vi.waitFor(async () => expect((await read(workflowId)).costUsd).toBeCloseTo(0.003, 6), patienceMs);
    const handle = environment.client.workflow.getHandle(workflowId);
    await handle.cancel();
    await handle.result().catch(() => {});
    expect(await read(workflowId)).toMatchObject({ status: 'cancelled', usage: { outputTokens: 15 } });
  });
});

it('gives to another at once what a worker had begun that is known to be dead, and leaves what others do', async () => {
  const model = new FakeModel();
  model.hold('b');
  await withWorkers(model, async () => {
    const { client } = environment;
    const workflowId = await start();
    const handle = client.workflow.getHandle(workflowId);
    await vi.waitFor(async () => expect((await read(workflowId)).coverage.ok).toBe(1), patienceMs);
    const { raw } = await handle.describe();
    const identity = raw.pendingActivities!.find(({ activityId }) => activityId === 'b')!.lastWorkerIdentity!;
    // The server lists a run a moment after its start.
    await vi.waitFor(async () => expect(await failOver(client, new Set([identity, 'nobody']))).toBe(1), patienceMs);
    expect(await failOver(client, new Set(['somebody']))).toBe(0);
    await vi.waitFor(() => expect(model.asked.filter((key) => key === 'b')).toHaveLength(2), patienceMs);
    model.release('b');
    expect(((await handle.result()) as RunResult).branches[1]).toMatchObject({ status: 'ok' });
    const { events } = await handle.fetchHistory();
    const before = events!.flatMap(({ activityTaskStartedEventAttributes: started }) => started?.lastFailure ?? []);
    expect(before.map(({ applicationFailureInfo: failure }) => failure?.type)).toEqual(['WorkerDied']);
  });
});

it('refuses to read a run that does not exist', async () => {
  await expect(read('nobody')).rejects.toMatchObject({ type: 'NoSuchRun' });
});

it.each([
  ['while its batch is looked at', 'haveBatchesEnded'],
  ['while its batch is submitted', 'submitBatches'],
  ['while its answers are collected', 'collectBatches'],
] as const)('keeps and counts what a batch has answered of a run that is cancelled %s', async (_, when) => {
  const workflowId = randomUUID();
  const handle = () => environment.client.workflow.getHandle(workflowId);
  const model = new FakeModel();
  const did: string[] = [];
  let isCut = false;
  const at = async (name: string) => {
    did.push(name);
    if (name !== when || isCut) return;
    isCut = true;
    await handle().cancel();
    // A submission that is cut returns what is submitted; the others say that they were cut.
    await vi.waitFor(() => {
      Context.current().heartbeat();
      expect(Context.current().cancellationSignal.aborted).toBe(true);
    }, patienceMs);
    if (name !== 'submitBatches') throw new CancelledFailure('CANCELLED');
  };
  const lost = { ...noLedger, lostUsd: 0.25 };
  Object.assign(model.activities, {
    submitBatches: async () => (await at('submitBatches'), [{ id: 'b', questions: [0, 1] }]),
    haveBatchesEnded: async () => (await at('haveBatchesEnded'), isCut || when === 'collectBatches'),
    cancelBatches: () => at('cancelBatches'),
    collectBatches: async ({ questions }: BatchOrder): Promise<BatchAnswer[]> => {
      await at('collectBatches');
      return questions.map((question, place) =>
        place === 0 ? { answer: answerOf(question as unknown as ModelCall) } : { ledger: lost },
      );
    },
  });
  await withWorkers(model, async () => {
    await environment.client.workflow.start('perspectives', {
      workflowId,
      taskQueue: taskQueues.workflow,
      args: [{ document: { inline: 'A document.' }, perspectives: ['a', 'b'], economy: true, searchable: false }],
    });
    await expect(handle().result()).rejects.toThrow();
  });
  expect(did.filter((name) => name === 'cancelBatches')).toHaveLength(1);
  expect(did.at(-1)).toBe('collectBatches');
  expect(model.asked).toEqual([]);
  expect(await read(workflowId)).toMatchObject({
    status: 'cancelled',
    costUsd: 0.001,
    lostUsd: 0.25,
    branches: [
      { key: 'a', status: 'ok', output: 'answer of a' },
      { key: 'b', status: 'cancelled' },
    ],
  });
});

it('asks in one batch what its siblings ask, whichever branch has been cut (Economy-4)', async () => {
  const model = new FakeModel();
  const did: string[] = [];
  let mayEnd = false;
  Object.assign(model.activities, {
    submitBatches: async () => (did.push('submitBatches'), [{ id: 'b', questions: [0, 1] }]),
    haveBatchesEnded: async () => (did.push('haveBatchesEnded'), mayEnd),
    cancelBatches: async () => void did.push('cancelBatches'),
    collectBatches: async ({ questions }: BatchOrder): Promise<BatchAnswer[]> =>
      questions.map((question) => ({ answer: answerOf(question as unknown as ModelCall) })),
  });
  await withWorkers(model, async () => {
    const workflowId = await start({ economy: true, searchable: false });
    const handle = environment.client.workflow.getHandle(workflowId);
    await vi.waitFor(() => expect(did).toContain('haveBatchesEnded'), patienceMs);
    // The first to come has placed the order for all.
    await handle.executeUpdate('cancelBranch', { args: ['a'] });
    mayEnd = true;
    await handle.result();
    expect(await read(workflowId)).toMatchObject({
      status: 'complete',
      costUsd: 0.002,
      branches: [{ output: 'answer of a' }, { output: 'answer of b' }],
    });
  });
  expect(did).not.toContain('cancelBatches');
  expect(model.asked).toEqual([]);
});

it('cancels a batch once every branch of it has been cut, and gives up no other (Economy-4)', async () => {
  const model = new FakeModel();
  const did: string[] = [];
  Object.assign(model.activities, {
    submitBatches: async () => (did.push('submitBatches'), [{ id: 'b', questions: [0, 1] }]),
    haveBatchesEnded: async () => (did.push('haveBatchesEnded'), did.includes('cancelBatches')),
    cancelBatches: async () => void did.push('cancelBatches'),
    collectBatches: async ({ questions }: BatchOrder): Promise<BatchAnswer[]> =>
      questions.map(() => ({ ledger: { ...noLedger, costUsd: 0.5 } })),
  });
  await withWorkers(model, async () => {
    const workflowId = await start({ economy: true, searchable: false });
    const handle = environment.client.workflow.getHandle(workflowId);
    await vi.waitFor(() => expect(did).toContain('haveBatchesEnded'), patienceMs);
    await handle.executeUpdate('cancelBranch', { args: [['b', 'a']] });
    await handle.result().catch(() => {});
    expect((await read(workflowId)).branches).toMatchObject([
      { status: 'cancelled', costUsd: 0.5 },
      { status: 'cancelled', costUsd: 0.5 },
    ]);
  });
  expect(did.filter((name) => name === 'cancelBatches')).toHaveLength(1);
  expect(model.asked).toEqual([]);
});
