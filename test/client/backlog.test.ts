import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';

import { backlogOf } from '../../src/client/index.js';

it('counts no worker that is known to have ended: the server names it for minutes', async () => {
  const pollers = ['fanfold@here:1', 'fanfold@here:2', 'fanfold@here:2', 'fanfold@there:3'].map((identity) => ({
    identity,
  }));
  const client = { workflowService: { describeTaskQueue: async () => ({ pollers }) } } as unknown as Client;
  const backlog = await backlogOf(client, 'default', 'fanfold-model', async (identity) => identity.endsWith(':1'));
  expect(backlog).toMatchObject({ tasks: 0, pollers: 2 });
});
