import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { Limiters, systemClock, TurnedAway } from '../../src/model/limiter/index.js';
import type { CallOutcome } from '../../src/model/limiter/index.js';
import type { Activities } from '../../src/contract/activities.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { taskQueues } from '../../src/contract/names.js';
import { noLedger } from '../../src/contract/outcome.js';
import { limitedBy } from '../../src/worker/limiter-tuner.js';
import type { perspectives } from '../../workflows/index.js';
import { answerOf } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => environment.teardown());

const answered: CallOutcome = {
  is: 'answered',
  usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 },
};

/** A worker whose calls end as the test says, in the order in which they leave. */
class Desk {
  readonly limiters: Limiters;
  /** When tasks were taken on, and when calls left, in milliseconds since the epoch. */
  readonly taken: number[] = [];
  readonly left: number[] = [];

  constructor(
    ceiling: number,
    readonly ends: (left: number) => Promise<CallOutcome>,
  ) {
    this.limiters = new Limiters({ ceiling, clock: systemClock, random: Math.random });
  }

  readonly activities = {
    askModel: async (call: ModelCall) => {
      const { cancellationSignal, heartbeat } = Context.current();
      const beating = setInterval(heartbeat, 1_000);
      this.taken.push(systemClock.now());
      try {
        const limiter = this.limiters.of(call.request.model);
        await limiter.run({ patienceMs: 2_000 }, (permit) => this.#call(permit.end.bind(permit)), cancellationSignal);
        return answerOf(call);
      } catch (error) {
        if (!(error instanceof TurnedAway)) throw error;
        throw failure(error.type, error.retryAfterMs);
      } finally {
        clearInterval(beating);
      }
    },
  } satisfies Pick<Activities, 'askModel'>;

  async #call(end: (outcome: CallOutcome) => void): Promise<void> {
    this.left.push(systemClock.now());
    const outcome = await this.ends(this.left.length);
    end(outcome);
    if (outcome.is === 'throttled') throw failure('RateLimited', outcome.retryAfterMs);
    if (outcome.is === 'spend-limit') throw failure('SpendLimitReached');
  }
}

function failure(type: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: type,
    nonRetryable: retryAfterMs === undefined,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
    details: [noLedger],
  });
}

/** Slots of a worker's pollers, and the one that is reserved for the next of them. */
const polled = 11;

type Handle = WorkflowHandle<typeof perspectives>;

/** A run with so many branches, all at once; afterwards the worker has given every slot back. */
async function withRun(desk: Desk, branches: number, during: (handle: Handle) => Promise<void>): Promise<void> {
  const { nativeConnection: connection, client } = environment;
  const workflowBundle = { codePath: inject('workflowBundle') };
  const workflowWorker = await Worker.create({
    connection,
    namespace: environment.namespace ?? 'default',
    taskQueue: taskQueues.workflow,
    workflowBundle,
  });
  const worker = await Worker.create({
    connection,
    namespace: environment.namespace ?? 'default',
    taskQueue: taskQueues.model,
    activities: desk.activities,
    shutdownGraceTime: '1m',
    ...limitedBy(desk.limiters.slots),
  });
  const keys = Array.from({ length: branches }, (_, index) => `branch-${index}`);
  await workflowWorker.runUntil(
    worker.runUntil(async () => {
      const handle = await client.workflow.start<typeof perspectives>('perspectives', {
        workflowId: randomUUID(),
        taskQueue: taskQueues.workflow,
        args: [{ document: { inline: 'A document.' }, perspectives: keys, concurrency: branches, searchable: false }],
      });
      await during(handle);
    }),
  );
  expect(desk.limiters.slots.out).toBe(0);
  expect(desk.limiters.inFlight).toBe(0);
}

/** Branches that the server has handed to no worker. */
async function inTaskQueue(handle: Handle): Promise<number> {
  const { raw } = await handle.describe();
  const scheduled = 1;
  return (raw.pendingActivities ?? []).filter(({ state }) => state === scheduled).length;
}

it('leaves in the task queue what may not leave yet', async () => {
  let letEnd = () => {};
  const held = new Promise<CallOutcome>((resolve) => {
    letEnd = () => resolve(answered);
  });
  const desk = new Desk(4, () => held);
  await withRun(desk, 12, async (handle) => {
    while (desk.left.length < 4 || (await inTaskQueue(handle)) !== 8) await sleep(50);
    expect(desk.limiters.of('claude-sonnet-5-5').snapshot()).toMatchObject({ cap: 4, inFlight: 4, waiting: 0 });
    letEnd();
    await handle.result();
    expect(desk.taken).toHaveLength(12);
  });
});

it('takes on nothing while the gate is closed, but what pollers had room for before', async () => {
  const pauseMs = 3_000;
  let closedAt = Infinity;
  const desk = new Desk(20, async (left) => {
    if (left !== 4) return sleep(200, answered);
    closedAt = systemClock.now();
    return { is: 'throttled', kind: 'rate', retryAfterMs: pauseMs };
  });
  await withRun(desk, 16, async (handle) => {
    while (closedAt === Infinity) await sleep(20);
    // The slots that idle pollers held when the gate closed may still bring a task; it is turned away.
    await handle.result();
    const during = (times: number[]) => times.filter((at) => at > closedAt && at < closedAt + pauseMs);
    expect(during(desk.left)).toEqual([]);
    expect(during(desk.taken).length).toBeLessThanOrEqual(polled);
    expect(desk.left).toHaveLength(17);
  });
});

it('tells every branch at once when nothing will be answered any more', async () => {
  const desk = new Desk(20, async () => ({ is: 'spend-limit', reason: 'No money left.' }));
  await withRun(desk, 16, async (handle) => {
    await expect(handle.result()).rejects.toThrow();
    expect(desk.left.length).toBeLessThanOrEqual(polled);
    expect(desk.taken).toHaveLength(16);
  });
});

it('gives back all slots of a worker that stops while it has none to reserve', async () => {
  const desk = new Desk(2, () => sleep(300, answered));
  await withRun(desk, 6, async () => {
    while (desk.left.length < 2) await sleep(20);
  });
  expect(desk.limiters.slots.tryAcquire()).toBeDefined();
});

it('can be logged with the worker that has it', () => {
  const { slots } = new Desk(2, async () => answered).limiters;
  expect(JSON.stringify(limitedBy(slots).tuner)).toContain('"activityTaskSlotSupplier":{"type":"custom"}');
});

it('asks for as many tasks at once as a small fan-out has, and for no more than may leave', () => {
  const maximum = (ceiling: number) => limitedBy(new Desk(ceiling, async () => answered).limiters.slots);
  expect(maximum(100)).toMatchObject({ activityTaskPollerBehavior: { maximum: 10 } });
  expect(maximum(2)).toMatchObject({ activityTaskPollerBehavior: { maximum: 2 } });
});
