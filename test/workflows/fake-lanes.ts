import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

import { fromRanges, reportOf as storedReport } from '../../src/contract/lanes.js';
import type { Lane, LaneReport, LaneResult } from '../../src/contract/lanes.js';
import { signalNames } from '../../src/contract/names.js';
import { outcomeOfSkip } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { RunResult } from '../../src/contract/run-result.js';
import { FakeModel } from '../support/fake-model.js';
import { withRunOf } from './with-run.js';
import type { Handle } from './with-run.js';

export type RunLane = (lane: Lane, attemptsBefore: number) => Promise<LaneResult>;

/** Lanes whose fate a test decides; remembers which documents each was given. */
export class FakeLanes extends FakeModel {
  readonly given: number[][] = [];

  constructor(runLane: RunLane) {
    super();
    Object.assign(this.activities, {
      runLane: (lane: Lane) => {
        this.given.push(indicesOf(lane));
        return runLane(lane, this.given.length - 1);
      },
    });
  }
}

export function indicesOf({ firstIndex, places }: Pick<Lane, 'firstIndex' | 'places'>): number[] {
  return fromRanges(places).map((place) => firstIndex + place);
}

export function reportOf(indices: readonly number[], status: StoredBranch['status'] = 'ok', costUsd = 0): LaneReport {
  const outcomes = indices.map((index) => ({
    ...outcomeOfSkip({ key: `d${index}`, index, queuedAtMs: 0 }, '', 0),
    status,
    costUsd,
  }));
  return storedReport({ sha256: `blob-${indices.join('-')}`, bytes: 1 }, outcomes);
}

export function done(lane: Lane): LaneResult {
  return { rest: reportOf(indicesOf(lane)), left: [], why: 'done' };
}

export async function signal(lane: number, report: LaneReport): Promise<void> {
  const { client, info } = Context.current();
  await client.workflow
    .getHandle(info.workflowExecution!.workflowId)
    .signal(signalNames.laneBatch, { lane, ...report });
}

/** Whether the newest execution of a run goes on with an earlier one. */
export async function hasContinued(handle: Handle): Promise<boolean> {
  const [started] = (await handle.fetchHistory()).events ?? [];
  return Boolean(started?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId);
}

/** The result of a run, failed or not. */
export async function resultOf(handle: Handle): Promise<RunResult> {
  return handle.result().catch((failure: Error) => {
    const { cause } = failure;
    if (!(cause instanceof ApplicationFailure)) throw failure;
    return cause.details?.[0] as RunResult;
  });
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const chunks = Array.from({ length: 6 }, (_, at) => ({ sha256: `chunk-${at}`, bytes: 1, count: 10 }));

/** Runs of `summarise` over six chunks of ten documents, 8 at once, whose lanes a test decides about. */
export function laneRuns(environment: () => TestWorkflowEnvironment, maxCachedWorkflows: number) {
  return (
    runLane: RunLane,
    input: object,
    during: (handle: Handle, lanes: FakeLanes) => Promise<void>,
    prepare: (lanes: FakeLanes) => void = () => {},
  ): Promise<void> => {
    const lanes = new FakeLanes(runLane);
    prepare(lanes);
    const whole = { chunks, concurrency: 8, ...input };
    return withRunOf('summarise', environment(), maxCachedWorkflows, lanes, whole, (handle) => during(handle, lanes));
  };
}
