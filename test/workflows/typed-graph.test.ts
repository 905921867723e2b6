import { fileURLToPath } from 'node:url';

import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startTemporal } from '../support/temporal.js';
import type { typedGraph } from './typed-graph.workflow.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => environment.teardown());

async function run(failing: string) {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'typed',
    workflowsPath: fileURLToPath(new URL('./typed-graph.workflow.ts', import.meta.url)),
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
