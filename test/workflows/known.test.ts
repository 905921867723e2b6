import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Known, KnownBranch } from '../../src/contract/known.js';
import { takenOver } from '../../src/contract/known.js';
import { fromRanges, reportOf } from '../../src/contract/lanes.js';
import type { Lane, LaneReport, LaneResult } from '../../src/contract/lanes.js';
import { outcomeOfSkip } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { signalNames } from '../../src/contract/names.js';
import { FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { modes, tearDown, withRun, withRunOf } from './with-run.js';
import type { Handle } from './with-run.js';
import { patienceMs } from '../support/patience.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

const from = { workflowId: 'earlier', runId: 'earlier-run' };
const ok = (key: string): KnownBranch => ({ key, status: 'ok', output: { inline: `known ${key}` }, from: 'earlier' });
const failed = (key: string): KnownBranch => ({
  key,
  status: 'failed',
  error: { type: 'BadRequest', message: 'No.' },
  from: 'earlier',
});
const retry = (handle: Handle, selection: object) =>
  handle.executeUpdate<string[], [object]>('retryFailed', { args: [selection] });

describe.each(modes)('a run that takes outcomes over, $mode', ({ maxCachedWorkflows }) => {
  it('asks only about the others, and has no cost for them', async () => {
    const model = new FakeModel();
    const known: Known = { from, branches: [ok('a'), failed('c'), ok('of another run')] };
    await withRun(environment, maxCachedWorkflows, model, { known, concurrency: 1 }, async (handle) => {
      const { status, output, branches } = await handle.result();
      expect([status, model.asked, output]).toEqual(['partial', ['b'], { a: 'known a', b: 'answer of b' }]);
      expect(branches.map(({ costUsd, attempts, from: by }) => [costUsd, attempts, by])).toEqual([
        [0, 0, 'earlier'],
        [0.001, 1, undefined],
        [0, 0, 'earlier'],
      ]);
    });
  });

  it('begins one that it took over as failed, where somebody wants it anew', async () => {
    const model = new FakeModel();
    model.hold('b');
    const known: Known = { from, branches: [ok('a'), failed('c')] };
    await withRun(environment, maxCachedWorkflows, model, { known }, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toEqual(['b']), patienceMs);
      expect(await retry(handle, {})).toEqual(['c']);
      await vi.waitFor(() => expect(model.asked).toEqual(['b', 'c']), patienceMs);
      model.release('b');
      const { status, branches } = await handle.result();
      expect([status, branches[2]]).toMatchObject(['complete', { status: 'ok', attempts: 1, costUsd: 0.001 }]);
      expect(branches[2]).not.toHaveProperty('from');
    });
  });
});

function outcomesOf(indices: readonly number[], status: StoredBranch['status']): StoredBranch[] {
  return indices.map((index) => ({ ...outcomeOfSkip({ key: `d${index}`, index, queuedAtMs: 0 }, '', 0), status }));
}

function reported(indices: readonly number[], status: StoredBranch['status'] = 'ok'): LaneReport {
  return reportOf({ sha256: `blob-${indices.join('-')}`, bytes: 1 }, outcomesOf(indices, status));
}

const indicesOf = ({ firstIndex, places }: Lane) => fromRanges(places).map((place) => firstIndex + place);
const chunks = Array.from({ length: 3 }, (_, at) => ({ sha256: `chunk-${at}`, bytes: 1, count: 10 }));

/** Lanes that a test runs. */
class Lanes extends FakeModel {
  readonly given: number[][] = [];

  constructor(runLane: (lane: Lane, number: number) => Promise<LaneResult>) {
    super();
    Object.assign(this.activities, {
      runLane: (lane: Lane) => runLane(lane, this.given.push(indicesOf(lane))),
    });
  }
}

const done = (lane: Lane): LaneResult => ({ rest: reported(indicesOf(lane)), left: [], why: 'done' });

async function signal(lane: number, report: LaneReport): Promise<void> {
  const { client, info } = Context.current();
  const handle = client.workflow.getHandle(info.workflowExecution!.workflowId);
  await handle.signal(signalNames.laneBatch, { lane, ...report });
}

describe.each(modes)('a wide run, $mode', ({ maxCachedWorkflows }) => {
  it('gives lanes what is not taken over, and nothing else', async () => {
    const taken = [0, 1, 2, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
    const outcomes = taken.map((index) => takenOver({ index }, { ...ok(`d${index}`) }, 0));
    const known: Known = { from, reports: [reportOf({ sha256: 'known', bytes: 1 }, outcomes)] };
    const lanes = new Lanes(async (lane) => done(lane));
    await withRunOf('summarise', environment, maxCachedWorkflows, lanes, { chunks, known }, async (handle) => {
      const { status, wide } = await handle.result();
      expect([status, wide?.tally.byStatus]).toEqual(['complete', { ok: 30 }]);
      expect(lanes.given.toSorted(([one = 0], [other = 0]) => one - other)).toEqual([
        [3, 4, 6, 7, 8],
        [21, 22, 23, 24, 25, 26, 27, 28, 29],
      ]);
      expect(wide?.batches[0]?.sha256).toBe('known');
    });
  });

  it('begins its failed branches anew while it goes on, and counts each once (FailedBranches-1)', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const lanes = new Lanes(async (lane, number) => {
      const beat = setInterval(() => Context.current().heartbeat(), 200);
      try {
        if (number > 3) return done(lane);
        const [first = 0, second = 0, ...others] = indicesOf(lane);
        await signal(lane.number, reported([first, second], 'failed'));
        if (lane.firstIndex === 20) await opened;
        return { rest: reported(others), left: [], why: 'done' };
      } finally {
        clearInterval(beat);
      }
    });
    await withRunOf('summarise', environment, maxCachedWorkflows, lanes, { chunks, concurrency: 4 }, async (handle) => {
      const byStatus = async () => (await handle.query<{ tally: { byStatus: object } }, []>('progress')).tally.byStatus;
      await vi.waitFor(async () => expect(await byStatus()).toEqual({ failed: 6, ok: 16 }), {
        timeout: 30_000,
        interval: 100,
      });
      await expect(retry(handle, { keys: ['d0'] })).rejects.toThrow();
      expect(await retry(handle, {})).toEqual(['6 branches']);
      await expect(retry(handle, {})).rejects.toThrow();
      open();
      const { status, wide } = await handle.result();
      expect([status, wide?.tally.ended, wide?.tally.byStatus]).toEqual(['complete', 30, { ok: 30 }]);
      expect(lanes.given.slice(3).toSorted(([one = 0], [other = 0]) => one - other)).toEqual([
        [0, 1],
        [10, 11],
        [20, 21],
      ]);
    });
  });

  it('refuses where nothing has failed', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const lanes = new Lanes(async (lane) => {
      const beat = setInterval(() => Context.current().heartbeat(), 200);
      await opened.finally(() => clearInterval(beat));
      return done(lane);
    });
    await withRunOf('summarise', environment, maxCachedWorkflows, lanes, { chunks }, async (handle) => {
      await vi.waitFor(() => expect(lanes.given.length).toBeGreaterThan(0), patienceMs);
      const refused = await retry(handle, {}).catch((error: { cause?: ApplicationFailure }) => error.cause);
      expect(refused).toMatchObject({ type: 'NotPossible' });
      open();
      await handle.result();
    });
  });
});
