import { setTimeout as sleep } from 'node:timers/promises';

import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { LaneMore, MoreMessage } from '../../src/contract/lane-messages.js';
import { queryNames, signalNames, updateNames } from '../../src/contract/names.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { startTemporal } from '../support/temporal.js';
import { done, indicesOf, laneRuns, reportOf, signal, until } from './fake-lanes.js';
import type { RunLane } from './fake-lanes.js';
import { modes, tearDown } from './with-run.js';

let environment: TestWorkflowEnvironment;

const never: RunLane = () => Promise.reject(new Error('Expected no worker to take a lane.'));

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

describe.each(modes)('a wide fan-out, $mode', ({ maxCachedWorkflows }) => {
  const withLanes = laneRuns(() => environment, maxCachedWorkflows);

  it('gives every document to one lane, a few lanes at a time, and adds up what they report', async () => {
    await withLanes(
      async (lane) => done(lane),
      {},
      async (handle, lanes) => {
        const { status, wide } = await handle.result();
        expect(status).toBe('complete');
        expect(wide?.tally).toMatchObject({ ended: 60, byStatus: { ok: 60 } });
        expect(wide?.batches).toHaveLength(6);
        expect(lanes.given.flat().toSorted((one, other) => one - other)).toEqual(
          Array.from({ length: 60 }, (_, at) => at),
        );
      },
    );
  });

  it('gives another lane what one that died had not reported, and nothing else', async () => {
    const runLane: RunLane = async (lane) => {
      if (lane.number !== 0) return done(lane);
      await signal(lane.number, reportOf(indicesOf(lane).slice(0, 4)));
      throw ApplicationFailure.create({ message: 'The worker died.' });
    };
    await withLanes(runLane, {}, async (handle, lanes) => {
      const { wide } = await handle.result();
      expect(wide?.tally).toMatchObject({ ended: 60, byStatus: { ok: 60 } });
      expect(lanes.given).toContainEqual([4, 5, 6, 7, 8, 9]);
    });
  });

  it('does not count what a lane reports that was given up for dead', async () => {
    const runLane: RunLane = async (lane) => {
      if (lane.number === 0) throw ApplicationFailure.create({ message: 'The worker seemed dead.' });
      // It was not: its report comes while another lane has its documents.
      if (lane.firstIndex === 0) await signal(0, reportOf([0, 1, 2], 'failed'));
      return done(lane);
    };
    await withLanes(runLane, {}, async (handle) => {
      const { wide } = await handle.result();
      expect(wide?.tally).toMatchObject({ ended: 60, byStatus: { ok: 60 } });
    });
  });

  it('gives another lane what one had whose activity somebody has completed with anything', async () => {
    const runLane: RunLane = async (lane) => {
      if (lane.number === 0) return 5 as never;
      return lane.number === 1 ? (null as never) : done(lane);
    };
    await withLanes(runLane, {}, async (handle) => {
      expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
    });
  });

  it('ends while no worker has begun its lanes, by a cancellation and by its deadline', async () => {
    const unserved = { offline: true };
    await withLanes(never, unserved, async (handle) => {
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    });
    await withLanes(never, { ...unserved, deadlineMs: 100 }, async (handle) => {
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RunFailed' } });
    });
  });

  it('takes up again what a stopping worker had not begun', async () => {
    const runLane: RunLane = async (lane, before) => {
      if (before > 2) return done(lane);
      const [first = 0, ...left] = indicesOf(lane);
      return { rest: reportOf([first]), left: toRanges(left.map((index) => index - lane.firstIndex)), why: 'draining' };
    };
    await withLanes(runLane, {}, async (handle) => {
      expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
    });
  });

  it('gives others what a lane hands back while it is under way, once, and its calls at once and no more', async () => {
    const widths = new Map<number, number>();
    let others = 0;
    const runLane: RunLane = async (lane) => {
      widths.set(lane.number, lane.width);
      if (lane.number !== 0) {
        others += 1;
        return done(lane);
      }
      const { client, info } = Context.current();
      const handle = client.workflow.getHandle(info.workflowExecution!.workflowId);
      const handBack = { lane: 0, left: [[4, 9] as const], width: 1, cap: 4, paceMs: 100 };
      // It may arrive twice.
      await handle.signal(signalNames.laneHandBack, handBack);
      await handle.signal(signalNames.laneHandBack, handBack);
      // As many as begin beside it.
      while (others < 3) await sleep(20);
      return { rest: reportOf([0, 1, 2, 3]), left: [[4, 9]], why: 'done' };
    };
    await withLanes(runLane, {}, async (handle, lanes) => {
      const { wide } = await handle.result();
      expect(wide?.tally).toMatchObject({ ended: 60, byStatus: { ok: 60 } });
      // What it handed back was given twice: to it, and to one other.
      expect(lanes.given.flat().toSorted((one, other) => one - other)).toEqual(
        [...Array.from({ length: 60 }, (_, at) => at), 4, 5, 6, 7, 8, 9].toSorted((one, other) => one - other),
      );
      expect(Math.max(...widths.values())).toBeLessThanOrEqual(3);
    });
  });

  it('gives a lane that asks more of what waits, and takes back what never reached it', async () => {
    const asked: (LaneMore | null)[] = [];
    const runLane: RunLane = async (lane) => {
      if (lane.number > 1) {
        // What waits is left to those that ask.
        while (asked.length < 2) await sleep(20);
        return done(lane);
      }
      const { client, info } = Context.current();
      const more = await client.workflow
        .getHandle(info.workflowExecution!.workflowId)
        .executeUpdate<LaneMore | null, [MoreMessage]>(updateNames.laneMore, {
          args: [{ lane: lane.number, paceMs: 1_000 }],
        });
      asked.push(more);
      // The one carries what it is given, the other never hears of it.
      const isHeard = lane.number === 0 && more !== null;
      const given = isHeard ? fromRanges(more.places).map((place) => more.firstIndex + place) : [];
      return { rest: reportOf([...indicesOf(lane), ...given]), left: [], why: 'done' };
    };
    await withLanes(runLane, {}, async (handle) => {
      const { wide } = await handle.result();
      expect(wide?.tally).toMatchObject({ ended: 60, byStatus: { ok: 60 } });
      expect(asked).toHaveLength(2);
      for (const more of asked) expect(more).toMatchObject({ width: 2, chunk: { count: 10 } });
      expect(asked.map((more) => fromRanges(more!.places).length)).toEqual([4, 4]);
    });
  });

  it('says with more what of it is cut, says to the next what a drained lane had begun, and gives nothing by another token', async () => {
    const seen: unknown[] = [];
    const begun: unknown[] = [];
    let drained: number[] = [];
    let isCut = () => {};
    const cutSomewhere = new Promise<void>((resolve) => (isCut = resolve));
    const runLane: RunLane = async (lane) => {
      if (lane.begunBefore) begun.push(lane.begunBefore);
      if (lane.number === 1) {
        drained = indicesOf(lane);
        return { rest: null, left: lane.places, why: 'draining', begun: { underWay: toRanges(drained) } };
      }
      await cutSomewhere;
      if (lane.number === 0) {
        const { client, info } = Context.current();
        const handle = client.workflow.getHandle(info.workflowExecution!.workflowId);
        const ask = (token = '') => {
          const args: [MoreMessage] = [{ lane: 0, token }];
          return handle.executeUpdate<LaneMore | null, [MoreMessage]>(updateNames.laneMore, { args });
        };
        seen.push(await ask('another'));
        const more = await ask(lane.token);
        seen.push(more!.cut);
        expect(more!.places.length).toBeGreaterThan(0);
        expect(more!.cut).toEqual(more!.places);
      } else while (seen.length < 2) await sleep(20);
      return done(lane);
    };
    await withLanes(runLane, {}, async (handle, lanes) => {
      await until(() => drained.length > 0 && lanes.given.length > 2);
      const indices = Array.from({ length: 60 }, (_, index) => index);
      await handle.executeUpdate(updateNames.cancelBranch, { args: [{ indices }] });
      isCut();
      expect((await handle.result()).wide?.tally.ended).toBe(60);
      expect(seen[0]).toBeNull();
      expect(begun).toEqual([{ underWay: toRanges(drained) }]);
    });
  });

  it('gives a lane nothing that it does not know, and refuses what is no message', async () => {
    const seen: unknown[] = [];
    const runLane: RunLane = async (lane) => {
      if (lane.number === 0) {
        const { client, info } = Context.current();
        const handle = client.workflow.getHandle(info.workflowExecution!.workflowId);
        const ask = (message: unknown) => handle.executeUpdate(updateNames.laneMore, { args: [message] });
        seen.push(await ask({ lane: 77 }));
        seen.push(await ask({ lane: 'all' }).catch((error: { cause?: Error }) => error.cause?.message));
      }
      return done(lane);
    };
    await withLanes(runLane, {}, async (handle) => {
      expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 60 });
      expect(seen).toEqual([null, 'Expected lane of laneMore to be a whole number, got "all".']);
    });
  });

  it('ends at a quorum while lanes are under way, and cancels them', async () => {
    const runLane: RunLane = async (lane) => {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 200);
      try {
        await signal(lane.number, reportOf(indicesOf(lane).slice(0, 5)));
        await context.cancelled;
      } finally {
        clearInterval(beat);
      }
      return done(lane);
    };
    await withLanes(runLane, { join: 'quorum', quorum: 20 }, async (handle, lanes) => {
      const result: RunResult = await handle.result();
      expect(result.status).toBe('partial');
      expect(result.wide?.tally.byStatus.ok).toBe(20);
      expect(result.wide?.others.status).toBe('cancelled');
      expect(lanes.given).toHaveLength(4);
    });
  });

  it('cuts a document by its place: its lane is told to stop and asks which, and no lane asks about one that waits', async () => {
    const answers: unknown[] = [];
    const cuts: unknown[] = [];
    let isCut = () => {};
    const cutSomewhere = new Promise<void>((resolve) => (isCut = resolve));
    const runLane: RunLane = async (lane) => {
      cuts.push([lane.firstIndex, lane.cut]);
      if (lane.number > 0) return done(lane);
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 200);
      await signal(0, reportOf([0]));
      await Promise.all([context.cancelled.catch(() => {}), cutSomewhere]);
      clearInterval(beat);
      const { workflowId } = context.info.workflowExecution!;
      for (const number of [0, 9]) {
        answers.push(await context.client.workflow.getHandle(workflowId).query(queryNames.laneCuts, number));
      }
      const rest = reportOf([1, 2, 4, 5, 6, 7, 8, 9]);
      await signal(0, reportOf([3], 'cancelled'));
      return { rest, left: [], why: 'done' };
    };
    await withLanes(runLane, { concurrency: 1 }, async (handle, lanes) => {
      await until(() => lanes.given.length === 1);
      const cut = (indices: number[]) => handle.executeUpdate(updateNames.cancelBranch, { args: [{ indices }] });
      await vi.waitFor(() =>
        expect(cut([0])).rejects.toMatchObject({ cause: { message: expect.stringMatching(/ended, got 0/) } }),
      );
      await expect(cut([3, 60])).rejects.toMatchObject({ cause: { message: 'Expected places below 60, got 60.' } });
      expect(await cut([3, 57])).toEqual(['3', '57']);
      isCut();
      expect((await handle.result()).wide?.tally.byStatus).toEqual({ ok: 59, cancelled: 1 });
    });
    // Of the lane under way the one place, of one that is over all.
    expect(answers).toEqual([[[3, 3]], null]);
    expect(cuts).toEqual([0, 10, 20, 30, 40, 50].map((first) => [first, first === 50 ? [[7, 7]] : undefined]));
  });

  it('gives up a document that ends every worker, and only that', async () => {
    const runLane: RunLane = async (lane) => {
      if (indicesOf(lane).includes(13)) throw ApplicationFailure.create({ message: 'The worker died.' });
      return done(lane);
    };
    await withLanes(runLane, {}, async (handle) => {
      const { status, wide } = await handle.result();
      expect(status).toBe('partial');
      expect(wide).toMatchObject({ poisoned: [13], tally: { byStatus: { ok: 59 } } });
    });
  });
});
