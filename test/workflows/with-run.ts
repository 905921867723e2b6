import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';

import { taskQueues } from '../../src/contract/names.js';
import type { Kind } from '../../src/contract/names.js';
import type { PerspectivesInput } from '../../src/plan/perspectives-plan.js';
import type { perspectives } from '../../workflows/index.js';
import { FakeModel } from '../support/fake-model.js';

type Bundle = { codePath: string } | { code: string };

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
  const workflowId = randomUUID();
  await sharedWorkers(environment, maxCachedWorkflows);
  models.set(workflowId, model);
  const { client } = environment;
  // There is no worker here that could be asked.
  const given = Array.isArray(input) || input === null ? input : { searchable: false, ...input };
  await client.workflow.start(kind, { workflowId, taskQueue: taskQueues.workflow, args: [given] });
  await during(client.workflow.getHandle<typeof perspectives>(workflowId));
}

/** A run of a workflow in a bundle of the test's own in front of a fake model; `workflowBundle` is the same object each time. */
export async function withRunIn(
  workflowBundle: Bundle,
  type: string,
  environment: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  model: FakeModel,
  args: unknown[],
  during: (handle: WorkflowHandle) => Promise<void>,
): Promise<void> {
  const workflowId = randomUUID();
  await sharedWorkers(environment, maxCachedWorkflows, workflowBundle);
  models.set(workflowId, model);
  await environment.client.workflow.start(type, { workflowId, taskQueue: taskQueues.workflow, args });
  await during(environment.client.workflow.getHandle(workflowId));
}

/** Workers for fanfold's workflows and for a fake model, for as long as `during` lasts. */
export async function withWorkers(
  environment: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  model: FakeModel,
  during: () => Promise<void>,
): Promise<void> {
  const workers = createWorkers(environment, maxCachedWorkflows, model.activities);
  const [workflowWorker, modelWorker] = await workers;
  await modelWorker.runUntil(workflowWorker.runUntil(during));
}

/** Ends the server, and before it the workers that tests have shared. */
export async function tearDown(environment: TestWorkflowEnvironment): Promise<void> {
  await endSharedWorkers();
  await environment.teardown();
}

/** The model in front of which each run stands, by the run's workflow id. */
const models = new Map<string, FakeModel>();

/** Workers that stay from test to test of the same mode: to start them takes longer than most runs. */
let shared: { of: readonly unknown[]; end(): Promise<void> } | undefined;

let turn: Promise<void> = Promise.resolve();

/** Runs that begin at once wait for the same workers. */
function sharedWorkers(...given: Parameters<typeof startSharedWorkers>): Promise<void> {
  turn = turn.then(() => startSharedWorkers(...given));
  return turn;
}

async function startSharedWorkers(
  environment: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  workflowBundle?: Bundle,
): Promise<void> {
  const of = [environment, maxCachedWorkflows, workflowBundle];
  if (shared !== undefined && of.every((each, at) => each === shared?.of[at])) return;
  await endSharedWorkers();
  const workers = await createWorkers(environment, maxCachedWorkflows, activitiesByRun, workflowBundle);
  const ended = Promise.all(workers.map((worker) => worker.run()));
  const end = async () => {
    for (const worker of workers) worker.shutdown();
    await ended;
  };
  shared = { of, end };
}

async function endSharedWorkers(): Promise<void> {
  const last = shared;
  shared = undefined;
  await last?.end();
}

/** Every activity, answered by the model of the run that asks. */
const activitiesByRun = Object.fromEntries(
  Object.keys(new FakeModel().activities).map((name) => [
    name,
    (call: never) => modelOfRun().activities[name as keyof FakeModel['activities']](call),
  ]),
) as unknown as FakeModel['activities'];

function modelOfRun(): FakeModel {
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
  const model = models.get(workflowId);
  if (model === undefined)
    throw new Error(`Expected an activity of a run with a fake model, got one of \`${workflowId}\`.`);
  return model;
}

async function createWorkers(
  { nativeConnection: connection, namespace = 'default' }: TestWorkflowEnvironment,
  maxCachedWorkflows: number,
  activities: FakeModel['activities'],
  workflowBundle: Bundle = { codePath: inject('workflowBundle') },
): Promise<[Worker, Worker]> {
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
    activities,
    maxHeartbeatThrottleInterval: '200ms',
    defaultHeartbeatThrottleInterval: '200ms',
  });
  return [workflowWorker, modelWorker];
}
