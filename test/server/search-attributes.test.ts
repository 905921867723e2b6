import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { listRuns, newestRun } from '../../src/client/index.js';
import { ensureSearchAttributes } from '../../src/server/index.js';
import { findTemporalCli } from '../../src/server/find-temporal-cli.js';
import { env } from './homes.js';

let temporal: TestWorkflowEnvironment;
let connection: Connection;

beforeEach(async () => {
  const { path } = await findTemporalCli(env, () => {});
  temporal = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path } } });
  connection = await Connection.connect({ address: temporal.address });
});

afterEach(async () => {
  await connection.close();
  await temporal.teardown();
});

it('registers those that are missing, also when several try at once, so that queries know them; lists do without', async () => {
  expect(await listRuns(new Client({ connection }), { everyType: 'told', limit: 1 })).toEqual([]);
  expect(await newestRun(new Client({ connection }), { everyType: 'told' })).toBeUndefined();
  const tries = [1, 2, 3].map(() => ensureSearchAttributes(connection, 'default'));
  expect(await Promise.all(tries)).toEqual([true, true, true]);
  expect(await ensureSearchAttributes(connection, 'default')).toBe(true);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(customAttributes).toMatchObject({ FanfoldKind: 2, FanfoldCostUsd: 4, FanfoldBranches: 3 });

  // A run that was refused at the door, and one that has told nothing of its end.
  const client = new Client({ connection });
  const { workflowService } = connection;
  const ending = { namespace: 'default', identity: 'test' };
  const polled = { ...ending, taskQueue: { name: 'doors' } };
  const ends = [
    ['refused', { commandType: 5, failWorkflowExecutionCommandAttributes: { failure: { message: 'Refused.' } } }],
    ['silent', { commandType: 4, completeWorkflowExecutionCommandAttributes: {} }],
  ] as const;
  for (const [workflowId, command] of ends) {
    await client.workflow.start('map', { taskQueue: 'doors', workflowId });
    const { taskToken } = await connection.withDeadline(Date.now() + 10_000, () =>
      workflowService.pollWorkflowTaskQueue(polled),
    );
    await workflowService.respondWorkflowTaskCompleted({ ...ending, taskToken, commands: [command] });
  }
  const idsOf = async (status: string) =>
    (await listRuns(client, { status, limit: 9 })).map(({ workflowId }) => workflowId);
  await vi.waitFor(async () => expect(await idsOf('failed')).toEqual(['refused']), { timeout: 10_000 });
  await vi.waitFor(async () => expect(await idsOf('complete')).toEqual(['silent']), { timeout: 10_000 });
});

it('says no when one of the names is taken for something else, and leaves it so', async () => {
  await connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: { FanfoldKind: 1 } });
  expect(await ensureSearchAttributes(connection, 'default')).toBe(false);
});

it('says no when it is not permitted to ask', async () => {
  expect(await ensureSearchAttributes(connection, 'no-such-namespace')).toBe(false);
});
