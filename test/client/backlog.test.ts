import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';

import { backlogOf, queueOfTask } from '../../src/client/index.js';

it('counts no worker that is known to have ended: the server names it for minutes', async () => {
  const pollers = ['fanfold@here:1', 'fanfold@here:2', 'fanfold@here:2', 'fanfold@there:3'].map((identity) => ({
    identity,
  }));
  const client = { workflowService: { describeTaskQueue: async () => ({ pollers }) } } as unknown as Client;
  const backlog = await backlogOf(client, 'default', 'fanfold-model', async (identity) => identity.endsWith(':1'));
  expect(backlog).toMatchObject({ tasks: 0, pollers: 2 });
});

it('tells in which queue a workflow’s next task waits for a worker, and how many there are', async () => {
  const asked: object = {};
  const raw = { executionConfig: { taskQueue: { name: 'reviews' } }, pendingWorkflowTask: { state: 1 } };
  const client = {
    workflow: { getHandle: () => ({ describe: async () => ({ raw }) }) },
    workflowService: { describeTaskQueue: async (given: object) => Object.assign(asked, given) },
  } as unknown as Client;
  expect(await queueOfTask(client, { workflowId: 'w' })).toBe('reviews');
  expect(await backlogOf(client, 'default', 'reviews', async () => false, 'workflows')).toMatchObject({ pollers: 0 });
  expect(asked).toMatchObject({ taskQueueType: 1 });
  raw.pendingWorkflowTask.state = 2;
  expect(await queueOfTask(client, { workflowId: 'w' })).toBeUndefined();
});
