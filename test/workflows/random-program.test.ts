import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { taskQueues } from '../../src/contract/names.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { startTemporal } from '../support/temporal.js';
import { others, plays } from './random-kinds.js';
import type { Play } from './random-kinds.js';
import { modes, tearDown, withRunOf } from './with-run.js';
import type { Handle } from './with-run.js';

/** Programs of the suite, one for each kind; `scripts/histories` runs others. */
const abreast = Object.keys(plays).length;
const [first = 1, count = abreast] = (process.env['FANFOLD_TEST_PROGRAMS'] ?? '1').split(':').map(Number);

let environment: TestWorkflowEnvironment;
let endOthers: () => Promise<void>;

beforeAll(async () => {
  environment = await startTemporal();
  const { nativeConnection: connection, namespace = 'default' } = environment;
  const worker = await Worker.create({ connection, namespace, taskQueue: taskQueues.io, activities: others });
  const running = worker.run();
  endOthers = () => {
    worker.shutdown();
    return running;
  };
});

afterAll(async () => {
  await endOthers();
  await tearDown(environment);
});

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

interface Program extends Play {
  steps: ((handle: Handle) => Promise<unknown>)[];
  /** Lets all go on that waits for somebody. */
  free(handle: Handle): Promise<void>;
}

/** What people and operators do to a run while its answers come, fail, or do not come. */
function programOf(seed: number): Program {
  const next = numbersOf(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const named = Array.from({ length: 2 + Math.floor(next() * 5) }, (_, at) => `k${at}`);
  const play = Object.values(plays)[seed % Object.keys(plays).length]!(named, next);
  const { model } = play;
  // Of an agent the turns are what is asked; their scripts stay.
  const keys = play.kind === 'research' ? ['plan', 'task-1', 'task-2', 'gaps-1', 'task-3', 'report'] : named;
  for (const key of play.kind === 'agent' ? [] : keys) {
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
    const place = Math.floor(next() * 60);
    return one<Program['steps'][number]>([
      async () => model.release(key),
      async () => model.release(key),
      update('cancelBranch', key),
      update('cancelBranch', [key, one(keys)]),
      update('cancelBranch', { keys: ['nobody'] }),
      update('cancelBranch', { indices: [place] }),
      update('retryFailed'),
      update('retryFailed', [key]),
      update('approve', { allow: next() < 0.5 }),
      (handle) => handle.query('progress'),
      (handle) => handle.signal('laneBatch', 'junk'),
      (handle) => handle.signal('nobody-listens'),
      (handle) => reset(handle),
      () => new Promise((later) => setTimeout(later, next() * 200)),
      ...(next() < 0.1 ? [(handle: Handle) => handle.cancel()] : []),
    ]);
  };
  const free = async (handle: Handle) => {
    for (const key of keys) model.release(key);
    if (play.kind === 'agent') await update('approve', { allow: true })(handle).catch(() => {});
  };
  return { ...play, free, steps: Array.from({ length: 3 + Math.floor(next() * 8) }, step) };
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
  const { kind, input, keys, lanes, model, steps, free } = programOf(seed);
  await withRunOf(kind, environment, maxCachedWorkflows, model, input, async (handle) => {
    for (const step of steps) {
      // An update or a signal of a run that has ended is refused; so is one that asks for what is not there.
      await step(handle).catch(() => {});
    }
    let isOver = false;
    const freeing = (async () => {
      while (!isOver) await free(handle).then(() => new Promise((later) => setTimeout(later, 50)));
    })();
    const result = await resultOf(handle).finally(() => {
      isOver = true;
      return freeing;
    });
    const what = `branches of program ${seed}, ${kind}`;
    if (result !== undefined) {
      const had = result.branches.map(({ key }) => key);
      expect(had, what).toEqual(keys ?? [...new Set(had)]);
      // Those that no lane has told of have the end of all others.
      expect(result.wide?.tally.ended ?? 0, what).toBeLessThanOrEqual(lanes ?? 0);
      const byStatus = Object.values(result.wide?.tally.byStatus ?? {});
      expect(
        byStatus.reduce((sum, each) => sum + each, 0),
        what,
      ).toBe(result.wide?.tally.ended ?? 0);
      const open = result.branches.filter(({ status }) => !endings.has(status));
      expect(open, `open ${what}`).toEqual([]);
    }
    histories.push({ workflowId: `program ${seed}, ${kind}`, history: await handle.fetchHistory() });
  });
}

const endings = new Set('ok failed timed-out cancelled skipped late truncated refused invalid'.split(' '));

/** The result, in a failure too; `undefined` of a run that was cancelled. */
async function resultOf(handle: Handle): Promise<RunResult | undefined> {
  try {
    return await handle.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof CancelledFailure) return undefined;
    const { type, details } = error.cause as { type?: string; details?: [RunResult] };
    // An input that is refused proves nothing.
    if (type !== 'RunFailed') throw error;
    return details?.[0];
  }
}

describe.each(modes)('what is done to runs at random, $mode', ({ maxCachedWorkflows }) => {
  it('leaves each branch of every kind one outcome, and a history that replays', async () => {
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
