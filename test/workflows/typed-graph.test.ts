import { fileURLToPath } from 'node:url';

import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { ModelCall } from '../../src/contract/model-call.js';
import { taskQueues } from '../../src/contract/names.js';
import { answerOf, FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import type { merging, typedGraph } from './typed-graph.workflow.js';

let environment: TestWorkflowEnvironment;
let workflowBundle: { code: string };

beforeAll(async () => {
  environment = await startTemporal();
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./typed-graph.workflow.ts', import.meta.url)),
  });
});

afterAll(() => environment.teardown());

async function run(failing: string) {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? 'default',
    taskQueue: 'typed',
    workflowBundle,
    activities: {
      echo: async (text: string) => {
        if (text.includes(failing)) throw ApplicationFailure.nonRetryable(`Nothing to say to ${text}.`);
        return `[${text}]`;
      },
    },
  });
  return worker.runUntil(
    environment.client.workflow.execute<typeof typedGraph>('typedGraph', {
      workflowId: `typed-${failing}`,
      taskQueue: 'typed',
      args: ['rain'],
    }),
  );
}

it('runs a graph that the compiler has checked, and goes on without what is optional', async () => {
  const { status, state, branches } = await run('fail');
  expect(status).toBe('partial');
  expect(state).toEqual({
    law: '[law of rain]',
    cost: '[cost of rain]',
    words: 6,
    report: '[[law of rain], 6 words, no rumour]',
  });
  expect(branches.map(({ key, status: how }) => `${key} ${how}`)).toEqual([
    'law ok',
    'cost ok',
    'rumour failed',
    'report ok',
  ]);
});

it('fails with a node that is not optional', async () => {
  const { status, branches } = await run('law');
  expect(status).toBe('failed');
  expect(branches.at(-1)).toMatchObject({ key: 'report', status: 'skipped' });
});

it('has a model bring together what no reducer can, shown as material with who said it', async () => {
  const model = new FakeModel();
  let asked: ModelCall | undefined;
  model.script('merge payment', async (call) => {
    asked = call;
    return answerOf(call, { output: { inline: 'Within a month.' } });
  });
  const connection = environment.nativeConnection;
  const workflows = await Worker.create({
    connection,
    namespace: environment.namespace ?? 'default',
    taskQueue: 'merging',
    workflowBundle,
  });
  const activities = await Worker.create({
    connection,
    namespace: environment.namespace ?? 'default',
    taskQueue: taskQueues.model,
    activities: model.activities,
  });
  const outcome = await activities.runUntil(
    workflows.runUntil(
      environment.client.workflow.execute<typeof merging>('merging', { workflowId: 'merging', taskQueue: 'merging' }),
    ),
  );
  expect(outcome).toMatchObject({ status: 'ok', output: { inline: 'Within a month.' }, costUsd: 0.001 });
  const said = JSON.stringify(asked?.request.promptParts);
  expect(said).toContain('begin legal');
  expect(said).toContain('due in a month');
  expect(said).toContain('When is it due?');
});
