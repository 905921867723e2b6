import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';

import type { LaneReport } from '../src/contract/lanes.js';
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

/** What is told of a report, and to which lanes of the workflow it belongs. */
export interface ToldReport {
  to: number;
  report: LaneReport;
}

/** The wide part of a fan-out in a workflow of somebody's own. Every report is told before it ends. */
export async function lanes(input: LanesInput): Promise<RunResult> {
  const { workflowId, number } = input.tells;
  const whole = getExternalWorkflowHandle(workflowId);
  const sent: Promise<void>[] = [];
  const tell = (report: LaneReport) => {
    const told: ToldReport = { to: number, report };
    // A workflow that has ended meanwhile is told nothing more; its lanes are cancelled then.
    sent.push(CancellationScope.nonCancellable(() => whole.signal(signalNames.lanesReport, told)).catch(() => {}));
  };
  try {
    return await fanOutWide(input.plan, input, tell);
  } finally {
    await CancellationScope.nonCancellable(() => Promise.all(sent));
  }
}
