import { fileURLToPath } from 'node:url';

import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startTemporal } from '../support/temporal.js';
import type { typedGraph } from './typed-graph.workflow.js';

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
  const { status, state, outcomes } = await run('fail');
  expect(status).toBe('partial');
  expect(state).toEqual({
    law: '[law of rain]',
    cost: '[cost of rain]',
    words: 6,
    report: '[[law of rain], 6 words, no rumour]',
  });
  expect(outcomes.map(({ key, status: how }) => `${key} ${how}`)).toEqual([
    'law ok',
    'cost ok',
    'rumour failed',
    'report ok',
  ]);
});

it('fails with a node that is not optional', async () => {
  const { status, outcomes } = await run('law');
  expect(status).toBe('failed');
  expect(outcomes.at(-1)).toMatchObject({ key: 'report', status: 'skipped' });
});
