import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { workflowTypes } from '../../src/contract/names.js';
import type { Kind } from '../../src/contract/names.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { examples } from '../plan/schema/examples.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRun as inRun, withRunOf } from './with-run.js';
import type { Handle } from './with-run.js';
import { patienceMs } from '../support/patience.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

function statuses({ branches }: RunResult) {
  return Object.fromEntries(branches.map(({ key, status }) => [key, status]));
}

async function refusal(update: Promise<unknown>): Promise<string> {
  const error = (await update.then(
    () => new Error('It was accepted.'),
    (thrown: unknown) => thrown,
  )) as Error & { cause?: Error };
  return error.cause?.message ?? error.message;
}

async function statusOf(handle: Handle, key: string): Promise<string | undefined> {
  const { branches } = await handle.query<{ branches: { key: string; status: string }[] }, []>('progress');
  return branches.find((branch) => branch.key === key)?.status;
}

describe.each(modes)('branches by themselves, $mode', ({ maxCachedWorkflows }) => {
  const withRun = (model: FakeModel, input: Partial<PerspectivesInput>, during: (handle: Handle) => Promise<void>) =>
    inRun(environment, maxCachedWorkflows, model, input, during);
  const cancelBranch = (handle: Handle, ...args: unknown[]) =>
    handle.executeUpdate<string[], [unknown]>('cancelBranch', { args: args as [unknown] });
  const retryFailed = (handle: Handle, ...args: unknown[]) =>
    handle.executeUpdate<string[], [unknown]>('retryFailed', { args: args as [unknown] });

  it.each([
    ['"b"', 'b'],
    ['a list', ['b']],
    ['an object', { keys: ['b'] }],
  ])('cuts one, given as %s, and leaves its siblings alone (BranchRuns-1)', async (_, selection) => {
    const model = new FakeModel();
    model.hold('b', 'c');
    await withRun(model, {}, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toHaveLength(3), patienceMs);
      expect(await cancelBranch(handle, selection)).toEqual(['b']);
      await vi.waitFor(() => expect(model.cancelled).toEqual(['b']), patienceMs);
      model.release('c');
      const result = await handle.result();
      expect([result.status, statuses(result)]).toEqual(['partial', { a: 'ok', b: 'cancelled', c: 'ok' }]);
    });
  });

  it('cuts one that waits for its turn, which is never asked', async () => {
    const model = new FakeModel();
    model.hold('a');
    await withRun(model, { concurrency: 1 }, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toEqual(['a']), patienceMs);
      await cancelBranch(handle, 'b');
      model.release('a');
      expect(statuses(await handle.result())).toEqual({ a: 'ok', b: 'cancelled', c: 'ok' });
      expect(model.asked).toEqual(['a', 'c']);
    });
  });

  it('begins one anew that has failed, while others go on, and keeps what it had spent on its bill (BranchRuns-2)', async () => {
    const model = new FakeModel();
    model.hold('c');
    model.script('a', async (call) => {
      const details = [answerOf(call).ledger];
      throw ApplicationFailure.create({ type: 'BadRequest', message: 'no', nonRetryable: true, details });
    });
    await withRun(model, {}, async (handle) => {
      await vi.waitFor(async () => expect(await statusOf(handle, 'a')).toBe('failed'), patienceMs);
      model.script('a', async (call) => answerOf(call));
      expect(await retryFailed(handle)).toEqual(['a']);
      await vi.waitFor(async () => expect(await statusOf(handle, 'a')).toBe('ok'), patienceMs);
      model.release('c');
      const result = await handle.result();
      expect([result.status, statuses(result)]).toEqual(['complete', { a: 'ok', b: 'ok', c: 'ok' }]);
      expect(result.branches.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
      const [a, b] = result.branches;
      expect([a?.attempts, b?.attempts]).toEqual([2, 1]);
      expect([a?.usage.inputTokens, a?.costUsd]).toEqual([2 * b!.usage.inputTokens, 2 * b!.costUsd!]);
    });
  });

  it('waits for one that is begun anew as the last of its siblings ends', async () => {
    const model = new FakeModel();
    model.hold('c');
    model.fail('a');
    await withRun(model, {}, async (handle) => {
      await vi.waitFor(async () => expect(await statusOf(handle, 'a')).toBe('failed'), patienceMs);
      model.hold('a');
      await retryFailed(handle, ['a']);
      model.release('c');
      await vi.waitFor(async () => expect(await statusOf(handle, 'c')).toBe('ok'), patienceMs);
      model.release('a');
      expect(statuses(await handle.result())).toEqual({ a: 'ok', b: 'ok', c: 'ok' });
    });
  });

  it('refuses what cannot be done, quoting what could', async () => {
    const model = new FakeModel();
    model.hold('c');
    await withRun(model, {}, async (handle) => {
      await vi.waitFor(async () => expect(await statusOf(handle, 'b')).toBe('ok'), patienceMs);
      await vi.waitFor(async () => expect(await statusOf(handle, 'a')).toBe('ok'), patienceMs);
      expect(await refusal(cancelBranch(handle, 'b'))).toBe('Expected a branch that has not ended (c), got `b`.');
      expect(await refusal(cancelBranch(handle, 'x'))).toBe('Expected a branch that has not ended (c), got `x`.');
      expect(await refusal(cancelBranch(handle))).toBe('Expected the keys of the branches to cut (c), got none.');
      expect(await refusal(cancelBranch(handle, 7))).toBe(
        'Expected keys of branches, such as "legal" or ["legal", "security"], got 7.',
      );
      expect(await refusal(retryFailed(handle))).toBe('No branch has ended that is not ok and can be begun anew.');
      model.release('c');
      expect((await handle.result()).status).toBe('complete');
    });
  });
});

describe('a run whose activities no worker takes', () => {
  const sixty = [{ sha256: 'a'.repeat(64), bytes: 10, count: 60 }];
  const kinds: [name: string, kind: Kind, input: object][] = [
    ...workflowTypes.map((kind): [string, Kind, object] => [kind, kind, examples[kind]]),
    ['perspectives, economy', 'perspectives', { document: { inline: 'A.' }, perspectives: ['legal'], economy: true }],
    ['summarise in lanes', 'summarise', { chunks: sixty }],
    ['summarise in lanes, economy', 'summarise', { chunks: sixty, economy: true }],
  ];

  it.each(kinds)('%s ends when it is cancelled', async (_, kind, input) => {
    await withRunOf(kind, environment, 10, new FakeModel(), { ...input, offline: true }, async (handle) => {
      const pending = async () => (await handle.describe()).raw.pendingActivities?.length ?? 0;
      await vi.waitFor(async () => expect(await pending()).toBeGreaterThan(0), patienceMs);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    });
  });
});
