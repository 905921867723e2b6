import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { historyEvents, RunView } from '../../src/client/index.js';
import type { UntoldInLanes } from '../../src/contract/activities.js';
import type { ChunkOrder, LaneResult } from '../../src/contract/lanes.js';
import { signalNames, taskQueues } from '../../src/contract/names.js';
import { noLedger } from '../../src/contract/outcome.js';
import { startTemporal } from '../support/temporal.js';
import { indicesOf, laneRuns, reportOf, until } from './fake-lanes.js';
import type { FakeLanes, RunLane } from './fake-lanes.js';
import { modes, tearDown } from './with-run.js';
import type { Handle } from './with-run.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

describe.each(modes)('the money of a wide fan-out, $mode', ({ maxCachedWorkflows }) => {
  const withLanes = laneRuns(() => environment, maxCachedWorkflows);

  it('runs lanes beside each other again when money has come back after one fell short, and within its budget', async () => {
    let hasFallenShort = false;
    let later = 0;
    let aside = 0;
    let mostAside = 0;
    const runLane: RunLane = async (lane) => {
      const { budgetUsd = 0, number } = lane;
      aside += budgetUsd;
      mostAside = Math.max(mostAside, aside);
      if (number === 0) {
        const { client, info } = Context.current();
        const handBack = { lane: 0, left: [[4, 9] as const], width: 1, cap: 1, paceMs: 100, usd: 0.001 };
        aside -= 0.001;
        await client.workflow.getHandle(info.workflowExecution!.workflowId).signal(signalNames.laneHandBack, handBack);
      }
      if (budgetUsd < 0.02) {
        hasFallenShort = true;
        aside -= budgetUsd;
        return { rest: null, left: lane.places, why: 'over budget' };
      }
      if (number < 4) await until(() => hasFallenShort);
      else {
        later += 1;
        await until(() => later > 2);
      }
      const ended = number === 0 ? [0, 1, 2, 3] : indicesOf(lane);
      aside -= budgetUsd - 0.01 - (number === 0 ? 0.001 : 0);
      return { rest: reportOf(ended, 'ok', 0.01 / ended.length), left: [], why: 'done' };
    };
    await withLanes(runLane, { budget: { usd: 4, boundsUsd: [] } }, async (handle) => {
      expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
      expect(mostAside).toBeLessThanOrEqual(4 + 1e-9);
    });
  });

  it('counts what lanes had begun that are gone, when a quorum cuts what nobody asks again', async () => {
    const orders: UntoldInLanes[] = [];
    const paid = { ...noLedger, attempts: 1, costUsd: 0.25, open: false };
    const runLane: RunLane = async (lane) => {
      if (lane.firstIndex !== 0) return { rest: reportOf(indicesOf(lane)), left: [], why: 'done' };
      // Its worker ends, and the next that has its documents hears no more of the first than what it is given.
      if (lane.begunBefore === undefined) {
        const begun = { underWay: [[0, 1] as const], ledgers: { 1: paid, 2: paid } };
        return { rest: null, left: lane.places, why: 'draining', begun };
      }
      const beat = setInterval(() => Context.current().heartbeat(), 200);
      return Context.current().cancelled.finally(() => clearInterval(beat));
    };
    const { nativeConnection: connection, namespace = 'default' } = environment;
    const telling = await Worker.create({
      connection,
      namespace,
      taskQueue: taskQueues.io,
      activities: {
        untoldInLanes: async (order: UntoldInLanes) => {
          orders.push(order);
          return { rest: reportOf([0, 1, 2], 'cancelled', 0.25) };
        },
      },
    });
    const during = withLanes(runLane, { join: 'quorum', quorum: 50 }, async (handle) => {
      const { wide } = await handle.result();
      expect(wide?.tally).toMatchObject({ costUsd: 0.75, byStatus: { ok: 50, cancelled: 3 } });
      const view = new RunView(environment.client, handle.workflowId);
      for await (const event of historyEvents(environment.client, handle, { wait: false })) await view.apply(event);
      expect(view.tally).toMatchObject({ costUsd: 0.75, ended: 53 });
    });
    await telling.runUntil(during);
    expect(orders).toMatchObject([{ status: 'cancelled', poisoned: [] }]);
    const [{ chunks: [chunk] = [] } = {}] = orders as Partial<UntoldInLanes>[];
    expect(chunk).toMatchObject({ firstIndex: 0 });
    expect(chunk!.begun.map(([index, ledger]) => [index, ledger?.costUsd, ledger?.open])).toEqual([
      [0, undefined, undefined],
      [1, 0.25, true],
      [2, 0.25, false],
    ]);
  });

  it('orders again what an order of Message Batches had no money for, and asks it of nobody else', async () => {
    const ordered: number[][] = [];
    const inBatches = (lanes: FakeLanes) =>
      Object.assign(lanes.activities, {
        submitChunk: async (order: ChunkOrder) => {
          ordered.push(indicesOf(order));
          return [{ id: `batch-${order.number}`, questions: [], boundUsd: 0.5 }];
        },
        haveBatchesEnded: async () => true,
        collectChunk: async (order: ChunkOrder): Promise<LaneResult> => {
          const all = indicesOf(order);
          if (order.number > 0) return { rest: reportOf(all), left: [], why: 'done' };
          const withheld = order.places.map(([, last]) => [last, last] as const);
          const rest = reportOf(all.filter((index) => index !== all.at(-1)));
          return { rest, left: [], why: 'over budget', withheld };
        },
      });
    const runLane: RunLane = () => Promise.reject(new Error('There is none.'));
    const input = { economy: true, budget: { usd: 4, boundsUsd: [] } };
    const during = async (handle: Handle) => {
      expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
      const times = ordered.flat().filter((index) => index === ordered[0]?.at(-1));
      expect([times.length, ordered.flat().length]).toEqual([2, 61]);
    };
    await withLanes(runLane, input, during, inBatches);
  });
});
