import { randomUUID } from 'node:crypto';

import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';

import { taskQueues } from '../../src/contract/names.js';
import type { Kind } from '../../src/contract/names.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import type { perspectives } from '../../workflows/index.js';
import type { FakeModel } from '../support/fake-model.js';

export type Handle = WorkflowHandle<typeof perspectives>;

/** The same properties hold while a workflow stays in memory and while every step replays it from its history. */
export const modes = [
  { mode: 'cached', maxCachedWorkflows: 10 },
  { mode: 'always replaying', maxCachedWorkflows: 0 },
];

/** A run of three perspectives, a, b and c, with whatever else the test wants, in front of a fake model. */
export function withRun(
  environment: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  model: FakeModel,
  input: Partial<PerspectivesInput>,
  during: (handle: Handle) => Promise<void>,
): Promise<void> {
  const whole = { document: { inline: 'A document.' }, perspectives: ['a', 'b', 'c'], searchable: true, ...input };
  return withRunOf('perspectives', environment, maxCachedWorkflows, model, whole, during);
}

/** A run of any kind in front of a fake model. */
export async function withRunOf(
  kind: Kind,
  environment: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  model: FakeModel,
  input: object,
  during: (handle: Handle) => Promise<void>,
): Promise<void> {
  const { client } = environment;
  await withWorkers(environment, maxCachedWorkflows, model, async () => {
    const { workflowId } = await client.workflow.start(kind, {
      workflowId: randomUUID(),
      taskQueue: taskQueues.workflow,
      args: [input],
    });
    await during(client.workflow.getHandle<typeof perspectives>(workflowId));
  });
}

/** Workers for fanfold's workflows, or those of a bundle, and for a fake model, for as long as `during` lasts. */
export async function withWorkers(
  { nativeConnection: connection, namespace = 'default' }: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  model: FakeModel,
  during: () => Promise<void>,
  workflowBundle: { codePath: string } | { code: string } = { codePath: inject('workflowBundle') },
): Promise<void> {
  const workflowWorker = await Worker.create({
    connection,
    namespace,
    taskQueue: taskQueues.workflow,
    workflowBundle,
    maxCachedWorkflows,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const modelWorker = await Worker.create({
    connection,
    namespace,
    taskQueue: taskQueues.model,
    activities: model.activities,
    maxHeartbeatThrottleInterval: '200ms',
    defaultHeartbeatThrottleInterval: '200ms',
  });
  await modelWorker.runUntil(workflowWorker.runUntil(during));
}
