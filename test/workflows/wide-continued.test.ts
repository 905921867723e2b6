import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toRanges } from '../../src/contract/lanes.js';
import type { ChunkOrder } from '../../src/contract/lanes.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import { firstAnswer, historyEvents, RunView } from '../../src/client/index.js';
import { clusterAddress } from '../support/cluster.js';
import { startTemporal } from '../support/temporal.js';
import { done, hasContinued, indicesOf, laneRuns, reportOf, resultOf, signal, until } from './fake-lanes.js';
import type { FakeLanes, RunLane } from './fake-lanes.js';
import { modes, tearDown } from './with-run.js';
import type { Handle } from './with-run.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  // Every run of more than four chunks continues as new.
  environment = await startTemporal(['limit.historyCount.suggestContinueAsNew=10']);
});

afterAll(() => tearDown(environment));

/** Milliseconds of the timer that an execution of the run has started for its deadline. */
async function deadlineTimer({ workflowId }: Handle, runId: string): Promise<number> {
  const { events } = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const [timer] = (events ?? []).flatMap(({ timerStartedEventAttributes: started }) => started ?? []);
  const { seconds, nanos } = timer!.startToFireTimeout!;
  return Number(seconds) * 1_000 + (nanos ?? 0) / 1e6;
}

describe.each(modes)('a wide fan-out that continues as new, $mode', ({ maxCachedWorkflows }) => {
  const withLanes = laneRuns(() => environment, maxCachedWorkflows);

  it.skipIf(clusterAddress !== undefined)(
    'has what is left of its budget and of its deadline after continue-as-new; lost calls have taken their part (FanOutWide-3)',
    async () => {
      const grants: (number | undefined)[] = [];
      const runLane: RunLane = async (lane) => {
        grants.push(lane.budgetUsd);
        const report = reportOf(indicesOf(lane));
        return { ...done(lane), rest: { ...report, tally: { ...report.tally, costUsd: 0.01, lostUsd: 0.01 } } };
      };
      const many = Array.from({ length: 5 }, (_, at) => ({ sha256: `chunk-${at}`, bytes: 1, count: 1 }));
      const input = { chunks: many, concurrency: 1, budget: { usd: 1, boundsUsd: [] }, deadlineMs: 3_600_000 };
      await withLanes(runLane, input, async (handle) => {
        const first = await handle.describe();
        expect(await handle.result()).toMatchObject({ status: 'complete', wide: { tally: { ended: 5 } } });
        const last = await handle.describe();
        expect(last.runId).not.toBe(first.runId);
        const [before, after] = await Promise.all([first, last].map(({ runId }) => deadlineTimer(handle, runId)));
        expect(before).toBe(3_600_000);
        expect(after).toBeLessThan(before!);
      });
      expect(grants.map((usd) => usd?.toFixed(2))).toEqual(many.map((_, at) => (1 - at * 0.02).toFixed(2)));
    },
  );

  /** Lanes of the first execution are done at once; those of the second stay until they are cut. */
  const heldInTheSecond =
    (status: StoredBranch['status'] = 'ok'): RunLane =>
    async (lane) => {
      if (lane.number < 4) return done(lane);
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 200);
      try {
        await signal(lane.number, reportOf(indicesOf(lane).slice(0, 3), status));
        await context.cancelled;
      } finally {
        clearInterval(beat);
      }
      return done(lane);
    };

  describe('continues as new before its history is large, and', () => {
    it('gives each document to one lane all the same', async () => {
      await withLanes(
        async (lane) => done(lane),
        {},
        async (handle, lanes) => {
          const { wide } = await handle.result();
          expect(wide?.tally).toMatchObject({ ended: 60, byStatus: { ok: 60 } });
          expect(lanes.given.flat()).toHaveLength(60);
          if (clusterAddress === undefined) expect(await hasContinued(handle)).toBe(true);
        },
      );
    });

    it('keeps to its budget', async () => {
      const runLane: RunLane = async (lane) => {
        const indices = indicesOf(lane);
        const paid = Math.min(indices.length, Math.floor((lane.budgetUsd ?? 0) + 1e-9));
        const rest = paid === 0 ? null : reportOf(indices.slice(0, paid), 'ok', 1);
        const left = toRanges(indices.slice(paid).map((index) => index - lane.firstIndex));
        return { rest, left, why: left.length === 0 ? 'done' : 'over budget' };
      };
      await withLanes(runLane, { budget: { usd: 47, boundsUsd: [] } }, async (handle) => {
        const { wide } = await handle.result();
        expect(wide).toMatchObject({ tally: { ended: 47, costUsd: 47 }, others: { status: 'skipped' } });
      });
    });

    it('remembers what was paid for answers that no report has', async () => {
      const grants: number[] = [];
      const runLane: RunLane = async (lane) => {
        grants.push(lane.budgetUsd ?? 0);
        return done(lane);
      };
      const ordered = (lanes: FakeLanes) =>
        Object.assign(lanes.activities, {
          submitChunk: async ({ number }: ChunkOrder) => [{ id: `batch-${number}`, questions: [], boundUsd: 0.5 }],
          haveBatchesEnded: async () => true,
          collectChunk: async (order: ChunkOrder) => ({
            rest: null,
            left: order.places,
            why: 'done',
            unfitUsd: 0.5,
          }),
        });
      const input = { economy: true, budget: { usd: 4, boundsUsd: [] } };
      const during = async (handle: Handle) => {
        expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
        expect(Math.max(...grants)).toBeLessThanOrEqual(1 + 1e-9);
      };
      await withLanes(runLane, input, during, ordered);
    });

    it('counts its deadline from the beginning', async () => {
      await withLanes(heldInTheSecond(), { deadlineMs: 2_000 }, async (handle) => {
        const { wide } = await handle.result();
        expect(wide?.others.status).toBe('late');
        expect(wide?.tally.byStatus.ok).toBeLessThanOrEqual(46);
        if (!(await hasContinued(handle))) return;
        const { events = [] } = await handle.fetchHistory();
        const timers = events?.flatMap(({ timerStartedEventAttributes: timer }) => timer?.startToFireTimeout ?? []);
        const [ms = 0] = (timers ?? []).map(({ seconds, nanos }) => Number(seconds ?? 0) * 1e3 + (nanos ?? 0) / 1e6);
        expect(ms).toBeLessThan(2_000);
      });
    });

    it.each([
      ['a quorum', { join: 'quorum', quorum: 45 }, 'ok', { ok: 46 }, 'cancelled'],
      ['the first', { join: 'first', quorum: undefined }, 'ok', { ok: 10 }, 'cancelled'],
      ['all', { join: 'all' }, 'failed', { ok: 40, failed: 3 }, 'cancelled'],
    ] as const)('ends by its join, which is %s', async (_, join, status, byStatus, others) => {
      await withLanes(heldInTheSecond(status), join, async (handle) => {
        const { wide } = await resultOf(handle);
        // Lanes that ran at the same time have reported too.
        expect(wide?.tally.byStatus.ok).toBeGreaterThanOrEqual(byStatus.ok);
        expect(wide?.tally.byStatus.ok).toBeLessThan(60);
        if ('failed' in byStatus) expect(wide?.tally.byStatus.failed).toBeGreaterThanOrEqual(byStatus.failed);
        expect(wide?.others.status).toBe(others);
      });
    });

    it('has the answer that was there first, which late branches amend', async () => {
      await withLanes(
        async (lane) => done(lane),
        { join: 'quorum', quorum: 15, late: 'amend' },
        async (handle) => {
          const { firstAnswer, wide } = await handle.result();
          expect(wide?.tally.byStatus).toEqual({ ok: 60 });
          // Of the first execution's four lanes.
          expect(firstAnswer?.ok).toBeLessThanOrEqual(40);
          expect(firstAnswer?.ok).toBeGreaterThanOrEqual(15);
        },
      );
    });

    it('tells its first answer to who asked an earlier execution', async () => {
      let isAsked = false;
      const runLane: RunLane = async (lane) => {
        while (!isAsked) await Context.current().sleep(20);
        return done(lane);
      };
      const input = { join: 'quorum', quorum: 55, late: 'amend' };
      await withLanes(runLane, input, async (handle) => {
        const answer = firstAnswer(environment.client, handle.workflowId);
        for await (const event of historyEvents(environment.client, handle, { wait: true })) {
          if (event.workflowExecutionUpdateAcceptedEventAttributes) break;
        }
        isAsked = true;
        expect((await answer)?.ok).toBeGreaterThanOrEqual(55);
        if (clusterAddress === undefined) expect(await hasContinued(handle)).toBe(true);
      });
    });

    it('begins anew what failed in an earlier execution', async () => {
      let retried = false;
      const runLane: RunLane = async (lane) => {
        if (lane.number === 1) return { rest: reportOf(indicesOf(lane), 'failed'), left: [], why: 'done' };
        if (lane.number < 4) return done(lane);
        while (!retried) await Context.current().sleep(20);
        return done(lane);
      };
      await withLanes(runLane, {}, async (handle, lanes) => {
        await until(() => lanes.given.length === 6);
        const begun = await handle.executeUpdate<string[], []>('retryFailed');
        retried = true;
        expect(begun).toEqual(['10 branches']);
        expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
      });
    });

    it('is cancelled with its lanes, and is shown with all that came before', async () => {
      await withLanes(heldInTheSecond(), {}, async (handle, lanes) => {
        await until(() => lanes.given.length === 6);
        await handle.cancel();
        await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
        const view = new RunView(environment.client, handle.workflowId);
        const { workflowId } = handle;
        for await (const event of historyEvents(environment.client, { workflowId }, { wait: false }))
          await view.apply(event);
        expect(view.tally.byStatus.ok).toBeGreaterThanOrEqual(40);
        expect(view.reports.length).toBeGreaterThanOrEqual(4);
        expect(view.closed).toBe('cancelled');
      });
    });
  });
});
