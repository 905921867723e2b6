import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';

import type { Blob, LaneReport } from '../src/contract/lanes.js';
import { signalNames } from '../src/contract/names.js';
import type { RunResult } from '../src/contract/run-result.js';
import type { WidePlan } from '../src/plan/summarise-plan.js';
import { fanOutWide } from './wide/fan-out-wide.js';

/** Input of the workflow `lanes`, which only `fanOut` of a workflow of somebody's own starts. */
export interface LanesInput {
  plan: WidePlan;
  /** Who is told of reports as they come, and by which number it knows these lanes. */
  tells: { workflowId: string; number: number };
  /** The state of the execution before, after continue-as-new. */
  carried?: unknown;
}

/** Reports that are told of, and to which lanes of the workflow they belong. */
export interface ToldReports {
  to: number;
  reports: Blob[];
}

/**
 * The wide part of a fan-out in a workflow of somebody's own.
 *
 * Lanes-1. Every report is told, by signals or by the result, before it ends.
 * Lanes-2. One signal is on its way at a time: reports that come meanwhile go together, since each signal costs both workflows a task.
 */
export async function lanes(input: LanesInput): Promise<RunResult> {
  const { workflowId, number } = input.tells;
  const whole = getExternalWorkflowHandle(workflowId);
  let untold: Blob[] = [];
  let telling: Promise<void> | undefined;
  const tellAll = async () => {
    while (untold.length > 0) {
      const told: ToldReports = { to: number, reports: untold };
      untold = [];
      // A workflow that has ended meanwhile is told nothing more; its lanes are cancelled then.
      await whole.signal(signalNames.lanesReport, told).catch(() => {});
    }
    telling = undefined;
  };
  const tell = ({ blob }: LaneReport) => {
    untold.push(blob);
    telling ??= CancellationScope.nonCancellable(tellAll);
  };
  try {
    const result = await fanOutWide(input.plan, input, tell);
    // They are in the result.
    untold = [];
    return result;
  } finally {
    await telling;
  }
}
