import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { noLedger } from '../../src/contract/outcome.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import type { Progress, RunResult } from '../../src/contract/run-result.js';
import type { perspectives } from '../../workflows/index.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRun as inRun } from './with-run.js';
import type { Handle } from './with-run.js';
import { patienceMs } from '../support/patience.js';

const permutations = [
  ['a', 'b', 'c'],
  ['a', 'c', 'b'],
  ['b', 'a', 'c'],
  ['b', 'c', 'a'],
  ['c', 'a', 'b'],
  ['c', 'b', 'a'],
];

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

describe.each(modes)('perspectives, $mode', ({ maxCachedWorkflows }) => {
  const withRun = (model: FakeModel, input: Partial<PerspectivesInput>, during: (handle: Handle) => Promise<void>) =>
    inRun(environment, maxCachedWorkflows, model, input, during);

  it('names no activity by a number alone, as Temporal names those without a name', async () => {
    await withRun(new FakeModel(), { perspectives: ['1', 'b', '30'] }, async (handle) => {
      expect((await handle.result()).branches.map(({ key }) => key)).toEqual(['1', 'b', '30']);
      const { events } = await handle.fetchHistory();
      const scheduled = events?.flatMap(({ activityTaskScheduledEventAttributes: each }) => each ?? []);
      const asked = scheduled?.filter(({ activityType }) => activityType?.name === 'askModel');
      expect(asked?.map(({ activityId }) => activityId)).toEqual(['#1', 'b', '#30']);
    });
  });

  it.each(permutations)('keeps input order when the branches end as %s, %s, %s', async (...order) => {
    const model = new FakeModel();
    model.hold('a', 'b', 'c');
    await withRun(model, {}, async (handle) => {
      const ended: string[] = [];
      for (const key of order) {
        model.release(key);
        ended.push(key);
        await vi.waitFor(async () => expect(await endedKeys(handle)).toEqual(new Set(ended)), patienceMs);
      }
      const result = await handle.result();
      expect(result.branches.map(({ key, index, status }) => [key, index, status])).toEqual([
        ['a', 0, 'ok'],
        ['b', 1, 'ok'],
        ['c', 2, 'ok'],
      ]);
      expect(Object.keys(result.output as object)).toEqual(['a', 'b', 'c']);
      expect(result.status).toBe('complete');
    });
  });

  it('asks all branches at once', async () => {
    const model = new FakeModel();
    model.hold('a', 'b', 'c');
    await withRun(model, {}, async (handle) => {
      await vi.waitFor(() => expect(model.inFlight).toBe(3), patienceMs);
      ['c', 'b', 'a'].forEach((key) => model.release(key));
      await handle.result();
    });
  });

  it('has at most `concurrency` branches in flight, and starts them in input order', async () => {
    const model = new FakeModel();
    const keys = Array.from({ length: 5 }, (_, index) => `p${index}`);
    model.hold(...keys);
    await withRun(model, { perspectives: keys, concurrency: 2 }, async (handle) => {
      for (const [index, key] of keys.entries()) {
        const asked = keys.slice(0, Math.min(index + 2, keys.length));
        await vi.waitFor(() => expect(new Set(model.asked)).toEqual(new Set(asked)), patienceMs);
        model.release(key);
      }
      const result = await handle.result();
      expect(result.status).toBe('complete');
      expect(model.peak).toBe(2);
    });
  });

  it('collects every outcome under `settled`, those that failed too', async () => {
    const model = new FakeModel();
    model.fail('b');
    await withRun(model, { join: 'settled' }, async (handle) => {
      const result = await handle.result();
      expect(result.status).toBe('partial');
      expect(result.branches.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok']);
      expect(result.branches[1]?.error).toEqual({ type: 'BadRequest', message: 'b failed' });
      expect(result.output).toEqual({ a: 'answer of a', c: 'answer of c' });
    });
  });

  it('fails fast under `all`: the first failure cancels the branches in flight, finished ones are kept', async () => {
    const model = new FakeModel();
    model.hold('b');
    model.holdFailure('c');
    await withRun(model, { join: 'all' }, async (handle) => {
      await vi.waitFor(async () => expect(await endedKeys(handle)).toEqual(new Set(['a'])), patienceMs);
      model.release('c');
      const result = await failedResult(handle);
      expect(result.status).toBe('failed');
      expect(result.branches.map(({ status }) => status)).toEqual(['ok', 'cancelled', 'failed']);
      expect(model.cancelled).toEqual(['b']);
      expect(model.inFlight).toBe(0);
    });
  });

  it('fails fast under `all` when an answer is truncated', async () => {
    const model = new FakeModel();
    model.hold('a');
    model.script('b', async (call) =>
      answerOf(call, { status: 'truncated', error: { type: 'Truncated', message: 'cut' } }),
    );
    await withRun(model, { join: 'all' }, async (handle) => {
      const result = await failedResult(handle);
      expect(result.branches.map(({ status }) => status)).toEqual(['cancelled', 'truncated', 'ok']);
      expect(result.output).toEqual({ c: 'answer of c' });
    });
  });

  it('does not start the branches that still wait for their turn when it fails fast', async () => {
    const model = new FakeModel();
    model.fail('a');
    await withRun(model, { join: 'all', concurrency: 1 }, async (handle) => {
      const result = await failedResult(handle);
      expect(result.branches.map(({ status }) => status)).toEqual(['failed', 'cancelled', 'cancelled']);
      expect(model.asked).toEqual(['a']);
    });
  });

  it('cancels every branch in flight when the run is cancelled', async () => {
    const model = new FakeModel();
    model.hold('b', 'c');
    await withRun(model, {}, async (handle) => {
      await vi.waitFor(async () => expect(await endedKeys(handle)).toEqual(new Set(['a'])), patienceMs);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
      expect(new Set(model.cancelled)).toEqual(new Set(['b', 'c']));
      expect(model.inFlight).toBe(0);
    });
  });

  it('adds up what failed attempts have spent', async () => {
    const model = new FakeModel();
    const usage = { inputTokens: 7, outputTokens: 3, cacheReadTokens: 1, cacheWriteTokens: 2 };
    model.script('b', async () => {
      throw ApplicationFailure.create({
        type: 'Overloaded',
        message: 'after 3 attempts',
        nonRetryable: true,
        details: [{ ...noLedger, attempts: 3, usage, costUsd: 0.5 }],
      });
    });
    await withRun(model, {}, async (handle) => {
      const { branches } = await handle.result();
      expect(branches[1]).toMatchObject({ status: 'failed', attempts: 3, usage, costUsd: 0.5 });
    });
  });

  it('fails when no branch is ok', async () => {
    const model = new FakeModel();
    ['a', 'b', 'c'].forEach((key) => model.fail(key));
    await withRun(model, {}, async (handle) => {
      expect((await failedResult(handle)).branches.every(({ status }) => status === 'failed')).toBe(true);
    });
  });

  it.each([
    [{ perspectives: [] }, 'Expected `perspectives` to be a list of 1 to 500 items, got [].'],
    [{ perspectives: ['a', 'a'] }, 'Expected every perspective once, got `a` twice.'],
    [{ concurrency: 0 }, 'Expected `concurrency` to be a whole number of 1 or more, got 0.'],
    [{ join: 'most' as never }, 'Expected `join` to be one of all, settled, quorum, first, got "most".'],
  ])('refuses %j before anything is asked', async (input, message) => {
    const model = new FakeModel();
    await withRun(model, input, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'BadInput', message } });
      expect(model.asked).toEqual([]);
    });
  });

  it('shows itself in search attributes, current details and activity summaries', async () => {
    const model = new FakeModel();
    await withRun(model, {}, async (handle) => {
      await handle.result();
      const { typedSearchAttributes } = await handle.describe();
      const attributes = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
      expect(attributes).toMatchObject({ FanfoldKind: 'perspectives', FanfoldStatus: 'complete', FanfoldBranches: 3 });
      expect(attributes['FanfoldCostUsd']).toBeCloseTo(0.003);
      const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
      expect(metadata.currentDetails).toContain('3 of 3 branches ended');
      const { events } = await handle.fetchHistory();
      const summaries = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes, userMetadata }) =>
        activityTaskScheduledEventAttributes ? [Buffer.from(userMetadata?.summary?.data ?? []).toString()] : [],
      );
      expect(summaries).toEqual(['a', 'b', 'c'].map((key) => JSON.stringify(`${key} · claude-sonnet-5-5`)));
    });
  });
});

async function endedKeys(handle: WorkflowHandle<typeof perspectives>): Promise<Set<string>> {
  const { branches } = await handle.query<Progress>('progress');
  return new Set(branches.filter(({ status }) => !['waiting', 'running'].includes(status)).map(({ key }) => key));
}

async function failedResult(handle: WorkflowHandle<typeof perspectives>): Promise<RunResult> {
  const error: unknown = await handle.result().catch((failure: unknown) => failure);
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  expect(error.cause.type).toBe('RunFailed');
  return error.cause.details?.[0] as RunResult;
}
