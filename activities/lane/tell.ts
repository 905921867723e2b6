import type { Context } from '@temporalio/activity';

import type { HandBack, Lane, LaneCuts, LaneReport } from '../../src/contract/lanes.js';
import type { HandBackMessage, LaneMessage } from '../../src/contract/lanes.js';
import { queryNames, signalNames } from '../../src/contract/names.js';

/**
 * How a lane tells its workflow of something, or asks. It names the execution that it is an activity of: after a reset another goes on under the same
 * id, which asks about the same documents itself.
 */
export function tell({ client, info }: Context, { number: lane, token }: Pick<Lane, 'number' | 'token'>) {
  const { workflowId = '', runId } = info.workflowExecution ?? {};
  const workflow = client.workflow.getHandle(workflowId, runId);
  const name = { lane, ...(token !== undefined && { token }) };
  return {
    report: (report: LaneReport) =>
      workflow.signal(signalNames.laneBatch, { ...name, ...report } satisfies LaneMessage),
    handBack: (handBack: HandBack) =>
      workflow.signal(signalNames.laneHandBack, { ...name, ...handBack } satisfies HandBackMessage),
    /** Which of its branches are cut, where it is told to stop. */
    askCuts: () => workflow.query<LaneCuts, [number]>(queryNames.laneCuts, lane),
  };
}

/**
 * Whether a lane was begun by an execution that was reset since. Temporal starts it anew, with what it was given at first; the workflow knows
 * which of its documents have ended or are others' by now.
 */
export function isOutdated({ info }: Context, { execution }: Pick<Lane, 'execution'>): boolean {
  return execution !== undefined && execution !== info.workflowExecution?.runId;
}
