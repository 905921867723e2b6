import { randomUUID } from 'node:crypto';

import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { createActivities } from '../../activities/index.js';
import { taskQueues } from '../../src/contract/names.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { Fault, OfflineModel } from '@fanfold/offline-model';
import type { perspectives } from '../../workflows/index.js';
import { startTemporal } from '../support/temporal.js';
import { key, openDesk } from './asking.js';
import type { Desk } from './asking.js';

const usage = { input_tokens: 1_000, output_tokens: 200, cache_read_input_tokens: 30, cache_creation_input_tokens: 4 };
/** No message, and yet it says what it cost: a failure whose usage can be looked for later. */
const paidFailure: Fault = { kind: 'body', body: JSON.stringify({ usage }) };

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => environment.teardown());

type Handle = WorkflowHandle<typeof perspectives>;

/** A run of the real workflow with the real activities, their worker set up as fanfold's own. */
async function withRun(desk: Desk, input: Partial<PerspectivesInput>, during: (handle: Handle) => Promise<void>) {
  const { nativeConnection: connection, client } = environment;
  const workflowWorker = await Worker.create({
    connection,
    namespace: environment.namespace ?? 'default',
    taskQueue: taskQueues.workflow,
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  const worker = await modelWorker(desk);
  const work = async () => {
    const handle = await client.workflow.start<typeof perspectives>('perspectives', {
      workflowId: randomUUID(),
      taskQueue: taskQueues.workflow,
      args: [
        { document: { inline: 'A document.' }, perspectives: ['legal'], maxTokens: 1_000, searchable: false, ...input },
      ],
    });
    await during(handle);
  };
  await workflowWorker.runUntil(worker.runUntil(work));
}

function modelWorker({ model, store }: Desk, shutdownGraceTime = '1h'): Promise<Worker> {
  return Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? 'default',
    taskQueue: taskQueues.model,
    activities: createActivities({
      store,
      api: { apiKey: key, baseURL: model.url },
      offlineModelUrl: async () => model.url,
    }),
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    shutdownGraceTime,
  });
}

describe('over the tries of a branch', () => {
  it('attempts, usage and cost add up, and a rate limit uses up no attempt', async () => {
    const desk = await openDesk({
      script: [
        { times: 1, fault: paidFailure },
        { times: 1, fault: { kind: 'rate-limit', retryAfter: 1 } },
        { times: 1, fault: { kind: 'status', status: 500 } },
      ],
    });
    await withRun(desk, { attempts: 3 }, async (handle) => {
      const [branch] = (await handle.result()).branches;
      expect(branch).toMatchObject({ status: 'ok', attempts: 3 });
      expect(branch?.usage).toMatchObject({ cacheReadTokens: 30, cacheWriteTokens: 4 });
      const last = desk.model.calls[3]?.usage;
      expect(branch?.usage.inputTokens).toBe(1_000 + (last?.input_tokens ?? Number.NaN));
      expect(branch?.usage.outputTokens).toBe(200 + (last?.output_tokens ?? Number.NaN));
      expect(branch?.costUsd).toBeGreaterThan((1_000 * 2 + 200 * 10) / 1e6);
      expect(branch?.latency.retryWaitMs).toBeGreaterThanOrEqual(1_000);
      expect(desk.model.total).toBe(4);
      expect(gapsMs(desk.model)[1]).toBeGreaterThanOrEqual(1_000);
    });
  });

  it('they are exhausted after as many calls as there are attempts', async () => {
    const desk = await openDesk({ script: [{ fault: paidFailure }] });
    await withRun(desk, { attempts: 2 }, async (handle) => {
      const [branch] = (await failedResult(handle)).branches;
      expect(branch).toMatchObject({ status: 'failed', attempts: 2, error: { type: 'AttemptsExhausted' } });
      expect(branch?.usage).toMatchObject({ inputTokens: 2_000, outputTokens: 400 });
      expect(desk.model.total).toBe(2);
    });
  });

  it('what a cancelled branch has spent is kept, and its call is cut', async () => {
    const desk = await openDesk({
      script: [
        { match: 'perspective: loser', times: 1, fault: paidFailure },
        { match: 'perspective: loser', fault: { kind: 'hang-in-body' } },
        { match: 'perspective: culprit', fault: { kind: 'status', status: 400 } },
      ],
    });
    const gate = desk.model.hold('perspective: culprit');
    await withRun(desk, { perspectives: ['loser', 'culprit'], join: 'all' }, async (handle) => {
      await desk.model.received(2, 'perspective: loser');
      gate.release();
      const [loser] = (await failedResult(handle)).branches;
      expect(loser).toMatchObject({ status: 'cancelled', attempts: 2 });
      expect(loser?.usage).toMatchObject({ inputTokens: 1_000, outputTokens: 200 });
      await desk.model.idle();
    });
  });

  it('a branch whose time is over is timed out, with what it has spent', async () => {
    const desk = await openDesk({
      script: [{ times: 1, fault: paidFailure }, { fault: { kind: 'hang-before-headers' } }],
    });
    await withRun(desk, { timeoutMs: 2_500 }, async (handle) => {
      const [branch] = (await failedResult(handle)).branches;
      expect(branch).toMatchObject({ status: 'timed-out', attempts: 2, error: { type: 'TimedOut' } });
      expect(branch?.usage).toMatchObject({ inputTokens: 1_000 });
      await desk.model.idle();
    });
  });

  it('a worker that stops without waiting hands the branch to the next', async () => {
    const desk = await openDesk({ script: [{ times: 1, fault: paidFailure }] });
    const gate = desk.model.hold((call) => call.sequence === 2);
    const impatient = await modelWorker(desk, '10ms');
    const stopped = impatient.run();
    const workflowWorker = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue: taskQueues.workflow,
      workflowBundle: { codePath: inject('workflowBundle') },
    });
    await workflowWorker.runUntil(async () => {
      const handle = await environment.client.workflow.start<typeof perspectives>('perspectives', {
        workflowId: randomUUID(),
        taskQueue: taskQueues.workflow,
        args: [{ document: { inline: 'A document.' }, perspectives: ['legal'], maxTokens: 1_000, searchable: false }],
      });
      await desk.model.received(2);
      impatient.shutdown();
      await stopped;
      await desk.model.idle();
      gate.release();
      const next = await modelWorker(desk);
      const { branches } = await next.runUntil(handle.result());
      expect(branches[0]).toMatchObject({ status: 'ok', attempts: 3 });
      expect(branches[0]?.usage.inputTokens).toBeGreaterThan(1_000);
      expect(desk.model.total).toBe(3);
    });
  });

  it('the key stays out of history, whatever the server says', async () => {
    const echo = `You sent Authorization: Bearer ${key}`;
    const desk = await openDesk({
      script: [
        { times: 1, fault: { kind: 'status', status: 500, message: echo } },
        { times: 1, fault: { kind: 'body', body: `[1 ${key}` } },
        { fault: { kind: 'status', status: 400, message: echo } },
      ],
    });
    await withRun(desk, {}, async (handle) => {
      await failedResult(handle);
      const { events } = await handle.fetchHistory();
      const record = JSON.stringify(events, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString() : value,
      );
      expect(record).toContain('You sent Authorization: Bearer [redacted]');
      expect(record).not.toContain('canary');
    });
  });
});

/** Milliseconds between the end of each call and the arrival of the next. */
function gapsMs({ calls }: OfflineModel): number[] {
  return calls.slice(1).map(({ arrivedAt }, index) => arrivedAt - (calls[index]?.finishedAt ?? Number.NaN));
}

async function failedResult(handle: Handle): Promise<RunResult> {
  const error: unknown = await handle.result().catch((failure: unknown) => failure);
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  return error.cause.details?.[0] as RunResult;
}
