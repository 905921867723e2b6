import { workflowInfo } from '@temporalio/workflow';
import type { Priority } from '@temporalio/common';

import { fairnessKeyOf } from '../../src/contract/priority.js';

/** What the input asks for; modules are one workflow's own. */
let asked: number | undefined;

/** Takes the priority that the run's input asks for. */
export function takePriority(priority: number | undefined): void {
  asked = priority;
}

/**
 * The priority of the run's activities that call a model: the input's, else the workflow's own, and a share for the run where nobody has named
 * a fairness key. Runs that are part of another share with it.
 */
export function runPriority(): Priority {
  const { priority, root, workflowId } = workflowInfo();
  return {
    ...priority,
    ...(asked !== undefined && { priorityKey: asked }),
    fairnessKey: priority?.fairnessKey || fairnessKeyOf(root?.workflowId ?? workflowId),
  };
}
