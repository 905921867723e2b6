import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { WorkflowFailedError } from '@temporalio/client';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRun } from './with-run.js';
import type { Handle } from './with-run.js';

/** Programs of the suite; `scripts/histories` runs others. */
const [first = 1, count = 8] = (process.env['FANFOLD_TEST_PROGRAMS'] ?? '1:8').split(':').map(Number);
const abreast = 8;

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

/** Numbers from 0 to below 1, the same for a seed (mulberry32, Tommy Ettinger 2017). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Program {
  input: Partial<PerspectivesInput>;
  keys: string[];
  model: FakeModel;
  steps: ((handle: Handle) => Promise<unknown>)[];
}

const inputs: readonly ((keys: string[]) => Partial<PerspectivesInput>)[] = [
  () => ({}),
  () => ({ join: 'all' }),
  () => ({ join: 'first' }),
  (keys) => ({ join: 'quorum', quorum: Math.ceil(keys.length / 2) }),
  () => ({ join: 'settled', deadlineMs: 150 }),
  () => ({ deadlineMs: 150, late: 'amend' }),
  () => ({ concurrency: 1 }),
  () => ({ concurrency: 2, deadlineMs: 400, late: 'amend' }),
  (keys) => ({ budget: { usd: 0.05, boundsUsd: keys.map(() => 0.02) } }),
  () => ({ fanIn: 'synthesise' }),
];

/** What people and operators do to a run while its answers come, fail, or do not come. */
function programOf(seed: number): Program {
  const next = numbersOf(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const keys = Array.from({ length: 2 + Math.floor(next() * 5) }, (_, at) => `k${at}`);
  const model = new FakeModel();
  for (const key of keys) {
    const kind = one(['answers', 'fails', 'held', 'held', 'held to fail']);
    if (kind === 'fails') model.fail(key);
    if (kind === 'held') model.hold(key);
    if (kind === 'held to fail') model.holdFailure(key);
  }
  const update = (name: string, ...args: unknown[]) => {
    return (handle: Handle) => handle.executeUpdate(name, { args: args as [unknown] });
  };
  const step = (): Program['steps'][number] => {
    const key = one(keys);
    return one<Program['steps'][number]>([
      async () => model.release(key),
      async () => model.release(key),
      update('cancelBranch', key),
      update('cancelBranch', [key, one(keys)]),
      update('cancelBranch', { keys: ['nobody'] }),
      update('retryFailed'),
      update('retryFailed', [key]),
      (handle) => handle.query('progress'),
      (handle) => handle.signal('laneBatch', 'junk'),
      (handle) => handle.signal('nobody-listens'),
      (handle) => reset(handle),
      () => new Promise((later) => setTimeout(later, next() * 200)),
      ...(next() < 0.1 ? [(handle: Handle) => handle.cancel()] : []),
    ]);
  };
  return { keys, model, input: one(inputs)(keys), steps: Array.from({ length: 3 + Math.floor(next() * 8) }, step) };
}

/** Back to the end of the first workflow task. */
async function reset({ workflowId }: Handle): Promise<void> {
  const { workflowService } = environment.client;
  const named = { namespace: environment.namespace ?? 'default', workflowExecution: { workflowId } };
  await workflowService.resetWorkflowExecution({
    ...named,
    reason: 'test',
    requestId: `${workflowId}-${performance.now()}`,
    // A `Long`, of which the client takes numbers as well.
    workflowTaskFinishEventId: 4 as never,
  });
}

async function run(seed: number, maxCachedWorkflows: number, histories: HistoryAndWorkflowId[]): Promise<void> {
  const { input, keys, model, steps } = programOf(seed);
  await withRun(environment, maxCachedWorkflows, model, { ...input, perspectives: keys }, async (handle) => {
    for (const step of steps) {
      // An update or a signal of a run that has ended is refused; so is one that asks for what is not there.
      await step(handle).catch(() => {});
    }
    const free = setInterval(() => keys.forEach((key) => model.release(key)), 50);
    const result = await resultOf(handle).finally(() => clearInterval(free));
    if (result !== undefined) {
      expect(
        result.branches.map(({ key }) => key),
        `branches of program ${seed}`,
      ).toEqual(keys);
      const open = result.branches.filter(({ status }) => !endings.has(status));
      expect(open, `open branches of program ${seed}`).toEqual([]);
    }
    histories.push({ workflowId: `program ${seed}`, history: await handle.fetchHistory() });
  });
}

const endings = new Set(['ok', 'failed', 'timed-out', 'cancelled', 'skipped', 'late', 'truncated', 'refused']);

/** The result, in a failure too; `undefined` of a run that was cancelled. */
async function resultOf(handle: Handle): Promise<RunResult | undefined> {
  try {
    return await handle.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = error.cause as { type?: string; details?: [RunResult] };
    return cause?.type === 'RunFailed' ? cause.details?.[0] : undefined;
  }
}

describe.each(modes)('what is done to runs at random, $mode', ({ maxCachedWorkflows }) => {
  it('leaves each branch one outcome, and a history that replays', async () => {
    const histories: HistoryAndWorkflowId[] = [];
    const seeds = Array.from({ length: count }, (_, at) => first + at);
    for (let at = 0; at < seeds.length; at += abreast) {
      await Promise.all(seeds.slice(at, at + abreast).map((seed) => run(seed, maxCachedWorkflows, histories)));
    }
    // By one worker: each replay of its own would load the bundle again.
    const workflowBundle = { codePath: inject('workflowBundle') };
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
      expect(error, workflowId).toBeUndefined();
  }, 3_600_000);
});
