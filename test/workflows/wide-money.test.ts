import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { signalNames } from '../../src/contract/names.js';
import { startTemporal } from '../support/temporal.js';
import { indicesOf, laneRuns, reportOf, until } from './fake-lanes.js';
import type { RunLane } from './fake-lanes.js';
import { modes, tearDown } from './with-run.js';

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
});
