import { fileURLToPath } from 'node:url';

import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Progress } from '../../src/contract/run-result.js';
import type { GraphOptions } from '../../workflows/library.js';
import { FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import type { typedGraph } from './graph-builder.workflow.js';
import { modes, tearDown, withRunIn } from './with-run.js';
import { patienceMs } from '../support/patience.js';

type Handle = WorkflowHandle<typeof typedGraph>;

let environment: TestWorkflowEnvironment;
let workflowBundle: { code: string };

beforeAll(async () => {
  environment = await startTemporal();
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./graph-builder.workflow.ts', import.meta.url)),
  });
});

afterAll(() => tearDown(environment));

function statuses(branches: readonly { key: string; status: string }[]): Record<string, string> {
  return Object.fromEntries(branches.map(({ key, status }) => [key, status]));
}

// The nodes law, cost and rumour, which is optional, need nothing; `known` merges law and rumour, `report` needs it and cost, `all` merges.
describe.each(modes)('a graph in TypeScript, $mode', ({ maxCachedWorkflows }) => {
  const withGraph = (model: FakeModel, options: GraphOptions | undefined, during: (handle: Handle) => Promise<void>) =>
    withRunIn(
      workflowBundle,
      'typedGraph',
      environment,
      maxCachedWorkflows,
      model,
      options === undefined ? [] : [options],
      during as (handle: WorkflowHandle) => Promise<void>,
    );

  it('folds what is there at its deadline: nodes in flight are cut, no other begins, and all of them are late', async () => {
    const model = new FakeModel();
    model.hold('rumour', 'cost');
    await withGraph(model, { deadline: '3s' }, async (handle) => {
      const result = await handle.result();
      expect(statuses(result.outcomes)).toEqual({ law: 'ok', rumour: 'late', cost: 'late', report: 'late' });
      expect(result.outcomes[2]).toMatchObject({
        error: { type: 'Late', message: 'Not there at the deadline of 3.0 s.' },
      });
      expect(result.status).toBe('partial');
      expect(result.state).toEqual({ law: 'answer of law', known: 'answer of law, no rumour' });
      expect(model.cancelled.toSorted()).toEqual(['cost', 'rumour']);
      expect(model.asked).not.toContain('report');
    });
  });

  it('leaves no timer behind when all have ended before the deadline', async () => {
    await withGraph(new FakeModel(), { deadline: '1m' }, async (handle) => {
      const result = await handle.result();
      expect(result).toMatchObject({
        status: 'complete',
        state: { all: 'answer of law, answer of rumour; answer of report' },
      });
    });
  });

  it('cuts the branch of one node by itself, shown by key, and goes on without it where it is optional', async () => {
    const model = new FakeModel();
    model.hold('rumour', 'report');
    await withGraph(model, undefined, async (handle) => {
      await vi.waitFor(() => expect(model.asked.toSorted()).toEqual(['cost', 'law', 'rumour']), patienceMs);
      expect(await handle.executeUpdate<string[], [string]>('cancelBranch', { args: ['rumour'] })).toEqual(['rumour']);
      await vi.waitFor(() => expect(model.asked).toContain('report'), patienceMs);
      const progress = await handle.query<Progress, []>('progress');
      expect(statuses(progress.branches)).toEqual({ law: 'ok', rumour: 'cancelled', cost: 'ok', report: 'running' });
      model.release('report');
      const result = await handle.result();
      expect(statuses(result.outcomes)).toEqual({ law: 'ok', rumour: 'cancelled', cost: 'ok', report: 'ok' });
      expect(result).toMatchObject({ status: 'partial', state: { known: 'answer of law, no rumour' } });
      expect(model.cancelled).toEqual(['rumour']);
    });
  });

  it('fails where a node is cut that has to be ok, and cuts the others', async () => {
    const model = new FakeModel();
    model.hold('rumour', 'cost');
    await withGraph(model, undefined, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toHaveLength(3), patienceMs);
      await handle.executeUpdate<string[], [string]>('cancelBranch', { args: ['cost'] });
      const result = await handle.result();
      expect(result.status).toBe('failed');
      expect(statuses(result.outcomes)).toMatchObject({ rumour: 'cancelled', cost: 'cancelled', report: 'skipped' });
      expect(result.outcomes[3]).toMatchObject({ error: { type: 'LeftOut', message: 'cost had failed.' } });
    });
  });

  it('ends as cancelled where its workflow is, with every call cut and no other begun', async () => {
    const model = new FakeModel();
    model.hold('law', 'rumour', 'cost');
    await withGraph(model, { deadline: '1m' }, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toHaveLength(3), patienceMs);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(model.cancelled.toSorted()).toEqual(['cost', 'law', 'rumour']);
      expect([model.asked.length, model.inFlight]).toEqual([3, 0]);
    });
  });

  it('keeps to its concurrency', async () => {
    const model = new FakeModel();
    await withGraph(model, { concurrency: 1 }, async (handle) => {
      expect((await handle.result()).status).toBe('complete');
      expect(model.peak).toBe(1);
    });
  });

  it.each([
    [
      { deadline: 0 },
      'Expected `deadline` to be milliseconds or a duration such as 500ms, 30s or 2m, longer than 0 and at most 24 days, got `0`.',
    ],
    [
      { join: 'first' } as GraphOptions,
      'Expected options of `run` to be among deadline, timeout, attempts, concurrency, hedge, budget, model, maxTokens, fresh, priority, offline, got `join`.',
    ],
    [{ concurrency: 1.5 }, 'Expected `concurrency` to be a whole number, 1 or more, got `1.5`.'],
    [{ budget: -1 }, 'Expected `budget` to be US dollars, more than 0, got `-1`.'],
  ])('refuses %j before anything is asked', async (options, message) => {
    const model = new FakeModel();
    await withGraph(model, options, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'BadInput', message } });
      expect(model.asked).toEqual([]);
    });
  });
});
