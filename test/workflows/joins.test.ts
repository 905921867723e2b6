import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createUntold } from '../../activities/untold.js';
import { historyEvents, pendingBranches, RunView } from '../../src/client/index.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { ModelCall } from '../../src/contract/model-call.js';
import { taskQueues } from '../../src/contract/names.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { BlobStore } from '../../src/store/blob-store.js';
import { answerOf, FakeModel, reserveUsedUp } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRun as inRun } from './with-run.js';
import type { Handle } from './with-run.js';
import { patienceMs } from '../support/patience.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

describe.each(modes)('a fan-out, $mode', ({ maxCachedWorkflows }) => {
  const withRun = (model: FakeModel, input: Partial<PerspectivesInput>, during: (handle: Handle) => Promise<void>) =>
    inRun(environment, maxCachedWorkflows, model, input, during);

  it('returns when the second of three branches is ok, and cancels the third', async () => {
    const model = new FakeModel();
    model.hold('a', 'b', 'c');
    await withRun(model, { join: 'quorum', quorum: 2 }, async (handle) => {
      await asked(model, 3);
      model.release('c');
      model.release('a');
      const result = await handle.result();
      expect(statuses(result)).toEqual({ a: 'ok', b: 'cancelled', c: 'ok' });
      expect(result.status).toBe('partial');
      expect(Object.keys(result.output as object)).toEqual(['a', 'c']);
      expect(model.cancelled).toEqual(['b']);
    });
  });

  it('returns the first answer that is ok, not the first to end', async () => {
    const model = new FakeModel();
    model.hold('b', 'c');
    model.fail('a');
    await withRun(model, { join: 'first' }, async (handle) => {
      await vi.waitFor(async () => expect(await ended(handle)).toEqual({ a: 'failed' }), patienceMs);
      model.release('c');
      expect(statuses(await handle.result())).toEqual({ a: 'failed', b: 'cancelled', c: 'ok' });
    });
  });

  it('gives up as soon as a quorum can no longer be had, and cancels what would be paid for in vain', async () => {
    const model = new FakeModel();
    model.hold('c');
    model.fail('a');
    model.fail('b');
    await withRun(model, { join: 'quorum', quorum: 2 }, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RunFailed' } });
      expect(model.cancelled).toEqual(['c']);
    });
  });

  it('folds what is there at the deadline and cuts the rest, which is late', async () => {
    const model = new FakeModel();
    model.hold('b');
    await withRun(model, { deadlineMs: 2_000 }, async (handle) => {
      const result = await handle.result();
      expect(statuses(result)).toEqual({ a: 'ok', b: 'late', c: 'ok' });
      expect(result.branches[1]?.error).toEqual({ type: 'Late', message: 'Not there at the deadline of 2.0 s.' });
      expect(result.status).toBe('partial');
      expect(model.cancelled).toEqual(['b']);
      const followed = new Map<string, string>();
      const view = new RunView(environment.client, handle.workflowId);
      for await (const event of historyEvents(environment.client, handle, { wait: false })) {
        const outcome = await view.apply(event);
        if (outcome !== undefined) followed.set(outcome.key, `${outcome.status} ${outcome.error?.message}`);
      }
      expect(followed.get('b')).toBe('late Not there at the deadline of 2.0 s.');
    });
  });

  it('leaves no timer behind when all have ended before the deadline', async () => {
    await withRun(new FakeModel(), { deadlineMs: 60_000 }, async (handle) => {
      const result = await handle.result();
      expect(result.status).toBe('complete');
      expect(result.firstAnswer).toBeUndefined();
    });
  });

  it('answers at the deadline and lets late branches amend the result', async () => {
    const model = new FakeModel();
    model.hold('b');
    await withRun(model, { deadlineMs: 2_000, late: 'amend' }, async (handle) => {
      const first = await handle.executeUpdate<RunResult, []>('answer');
      expect(statuses(first)).toEqual({ a: 'ok', b: 'late', c: 'ok' });
      expect(first.output).toEqual({ a: 'answer of a', c: 'answer of c' });
      model.release('b');
      const result = await handle.result();
      expect(statuses(result)).toEqual({ a: 'ok', b: 'ok', c: 'ok' });
      expect(Object.keys(result.output as object)).toEqual(['a', 'b', 'c']);
      expect(result.status).toBe('complete');
      expect(result.firstAnswer?.keys).toEqual(['a', 'c']);
      expect(model.cancelled).toEqual([]);
    });
  });

  it('has failed when fewer are ok than it needs at least', async () => {
    const model = new FakeModel();
    model.fail('b');
    await withRun(model, { atLeast: 0.8 }, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RunFailed' } });
      expect(model.asked).toHaveLength(3);
    });
    await withRun(model, { atLeast: 0.6 }, async (handle) => {
      expect((await handle.result()).status).toBe('partial');
    });
  });

  it('keeps an outcome for every branch when it is cancelled while it waits for a quorum', async () => {
    const model = new FakeModel();
    model.hold('b', 'c');
    await withRun(model, { join: 'quorum', quorum: 3, deadlineMs: 60_000 }, async (handle) => {
      await vi.waitFor(async () => expect(await ended(handle)).toEqual({ a: 'ok' }), patienceMs);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(model.inFlight).toBe(0);
    });
  });

  it('asks nothing that has not been set aside, skips what no longer fits, and gives back what was not spent', async () => {
    const model = new FakeModel();
    // Each answer costs $0.001.
    const budget = { usd: 0.0115, boundsUsd: [0.01, 0.01, 0.01] };
    await withRun(model, { budget }, async (handle) => {
      const result = await handle.result();
      expect(statuses(result)).toEqual({ a: 'ok', b: 'ok', c: 'skipped' });
      expect(result.branches[2]).toMatchObject({ attempts: 0, costUsd: 0, error: { type: 'OverBudget' } });
      expect(model.asked).toEqual(['a', 'b']);
      expect(model.peak).toBe(1);
    });
  });

  it('counts what a lost call may have cost as spent: the next branch has less', async () => {
    const model = new FakeModel();
    model.script('a', async () => {
      const details = [{ ...noLedger, attempts: 1, lostUsd: 0.01 }];
      throw ApplicationFailure.create({ type: 'BadRequest', message: 'a is lost', nonRetryable: true, details });
    });
    // The two others fit beside each other, or one beside what was lost.
    const budget = { usd: 0.0205, boundsUsd: [0.01, 0.01, 0.01] };
    await withRun(model, { budget, concurrency: 1 }, async (handle) => {
      const result = await handle.result();
      expect(statuses(result)).toEqual({ a: 'failed', b: 'ok', c: 'skipped' });
      expect(model.asked).toEqual(['a', 'b']);
    });
  });

  it('sets more aside for a branch that lost a call, and goes on with what it has spent', async () => {
    const model = new FakeModel();
    const seen: unknown[] = [];
    model.script('a', async (call) => {
      seen.push([call.reserve?.usd, call.ledger?.lostUsd]);
      const spent = answerOf(call).ledger;
      if (call.ledger === undefined) throw reserveUsedUp({ ...spent, lostUsd: 0.01 });
      return answerOf(call, { ledger: { ...spent, lostUsd: 0.01 } });
    });
    await withRun(model, { perspectives: ['a'], budget: { usd: 0.03, boundsUsd: [0.01] } }, async (handle) => {
      expect(statuses(await handle.result())).toEqual({ a: 'ok' });
      expect(seen).toEqual([
        [0.01, undefined],
        [expect.closeTo(0.021, 9), 0.01],
      ]);
    });
    await withRun(model, { perspectives: ['a'], budget: { usd: 0.015, boundsUsd: [0.01] } }, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'RunFailed', details: [{ branches: [{ status: 'failed', error: { type: 'OverBudget' } }] }] },
      });
    });
  });

  it.each([
    [
      { join: 'quorum', quorum: 9 },
      'Expected `quorum` to be an integer from 1 to 3 (the number of branches), got `9`.',
    ],
    [{ quorum: 2 }, 'Expected `join` to be quorum where `quorum` is given, got `settled`.'],
    [{ late: 'ignore' }, 'Expected `late` to be one of cancel, amend, got "ignore".'],
    [{ deadlineMs: 0 }, 'Expected `deadlineMs` to be a whole number of 1 to 2147483647, got 0.'],
    [{ atLeast: 2 }, 'Expected `atLeast` to be a number of 0 to 1, got 2.'],
    [{ budget: { usd: 1, boundsUsd: [1] } }, 'for each of 3 branches, got [1].'],
  ])('refuses %j before anything is asked', async (input, message) => {
    const model = new FakeModel();
    await withRun(model, input as Partial<PerspectivesInput>, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'BadInput', message: expect.stringContaining(message) },
      });
      expect(model.asked).toEqual([]);
    });
  });
});

it('counts what tries have spent that tell nothing of it any more when a quorum cuts their branches (Ask-1)', async () => {
  const model = new FakeModel();
  model.hold('a');
  const { askModel } = model.activities;
  const spent = { ...noLedger, attempts: 1, costUsd: 0.25, open: false };
  let isOver = () => {};
  const over = new Promise<void>((resolve) => (isOver = resolve));
  Object.assign(model.activities, {
    askModel: async (call: ModelCall) => {
      if (call.key === 'a') return askModel(call);
      // Its worker is dead: it says nothing, and does not hear that it is cut.
      if (call.key === 'silent') return over.then(() => answerOf(call));
      Context.current().heartbeat(call.key === 'dead' ? { ...spent, open: true } : spent);
      throw ApplicationFailure.create({ message: 'It waits.', nextRetryDelay: '1h' });
    },
  });
  const { client, nativeConnection: connection, namespace = 'default' } = environment;
  const untold = createUntold({ store: new BlobStore('/nowhere'), offlineModelUrl: async () => '' });
  const asking = await Worker.create({ connection, namespace, taskQueue: taskQueues.io, activities: { ...untold } });
  const input = { perspectives: ['a', 'paid', 'dead', 'silent'], join: 'quorum', quorum: 1 } as const;
  const during = inRun(environment, 10, model, input, async (handle) => {
    const waiting = async () => {
      const pending = await pendingBranches(client, handle);
      return pending.flatMap(({ activityId, state }) => (state === 'retrying' ? [activityId] : []));
    };
    await vi.waitFor(async () => expect(await waiting()).toEqual(expect.arrayContaining(['paid', 'dead'])), patienceMs);
    // What is younger is cut at once.
    const sinceMs = Date.now();
    await vi.waitFor(() => expect(Date.now() - sinceMs).toBeGreaterThan(600), patienceMs);
    model.release('a');
    const { branches } = await handle.result();
    isOver();
    const money = (all: Iterable<StoredBranch>) =>
      Object.fromEntries(
        [...all].map(({ key, status, attempts, costUsd, lostUsd = 0 }) => [key, [status, attempts, costUsd, lostUsd]]),
      );
    const boundUsd = branches[3]!.lostUsd;
    expect(boundUsd).toBeGreaterThan(0.01);
    expect(money(branches)).toEqual({
      a: ['ok', 1, 0.001, 0],
      paid: ['cancelled', 1, 0.25, 0],
      dead: ['cancelled', 1, 0.25, expect.closeTo(boundUsd!, 3)],
      silent: ['cancelled', 1, 0, boundUsd],
    });
    const view = new RunView(client, handle.workflowId);
    for await (const event of historyEvents(client, handle, { wait: false })) await view.apply(event);
    expect(money(view.outcomes.values())).toEqual(money(branches));
  });
  await asking.runUntil(during);
});

function statuses({ branches }: Pick<RunResult, 'branches'>): Record<string, string> {
  return Object.fromEntries(branches.map(({ key, status }) => [key, status]));
}

async function ended(handle: Handle): Promise<Record<string, string>> {
  const { branches } = await handle.query<{ branches: { key: string; status: string }[] }, []>('progress');
  return Object.fromEntries(
    branches.flatMap(({ key, status }) => (status === 'waiting' || status === 'running' ? [] : [[key, status]])),
  );
}

async function asked(model: FakeModel, count: number): Promise<void> {
  await vi.waitFor(() => expect(model.asked).toHaveLength(count), patienceMs);
}
