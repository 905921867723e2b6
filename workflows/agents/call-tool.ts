import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';

import type { Activities, ToolCall } from '../../src/contract/activities.js';
import type { Answer } from '../../src/contract/model-call.js';
import type { Turn } from '../../src/contract/model-request.js';
import type { Stored } from '../../src/contract/stored.js';
import { givenName } from '../../src/fold/approval.js';
import { inlineTurnBytes } from '../../src/plan/agent-plan.js';
import { resultCalled } from '../../src/plan/result-tool.js';
import type { AgentPlan } from '../../src/plan/agent-plan.js';
import type { Tool } from '../../src/contract/tool.js';
import { taskQueues } from '../../src/contract/names.js';
import { finalPayloadFailures } from '../../src/contract/refused.js';
import type { Place } from '../../src/contract/branch.js';
import { activityIdOf } from '../engine/activity-id.js';

const { callTool } = proxyActivities<Activities>({ startToCloseTimeout: '1m' });

/** @throws ApplicationFailure `ToolFailed` where there is none of that name: models make names up */
export function toolNamed(name: string, tools: readonly Tool[]): Tool {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined)
    throw ApplicationFailure.nonRetryable(`There is no tool \`${givenName(name)}\`.`, 'ToolFailed');
  return tool;
}

/** What a call of an agent has more: its result is kept whole, and what reads on in another result is given that. */
export function wholeOf(tool: Tool, input: Stored<unknown>, turns: readonly Turn[]): Pick<ToolCall, 'of' | 'whole'> {
  const of = tool.by.kind === 'result' ? resultCalled(input, turns) : undefined;
  return { whole: true, ...(of !== undefined && { of }) };
}

/** Calls a tool in an activity of its own. A tool that changes something is tried once. */
export function callToolOf(
  tool: Tool,
  input: Stored<unknown>,
  place: Place,
  { toolTimeoutMs, toolAttempts }: Pick<AgentPlan, 'toolTimeoutMs' | 'toolAttempts'>,
  more: Partial<Pick<ToolCall, 'inlineBytes' | 'of' | 'whole'>> = {},
): Promise<Answer> {
  return callTool.executeWithOptions(
    {
      ...activityIdOf(place.key),
      taskQueue: taskQueues.io,
      startToCloseTimeout: tool.timeoutMs ?? toolTimeoutMs,
      heartbeatTimeout: '10s',
      retry: {
        initialInterval: '500ms',
        maximumInterval: '10s',
        maximumAttempts: tool.changes === true ? 1 : toolAttempts,
        nonRetryableErrorTypes: ['PayloadsTooLarge', ...finalPayloadFailures],
      },
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: place.key,
    },
    [{ ...place, tool, input, inlineBytes: inlineTurnBytes, ...more }],
  );
}
