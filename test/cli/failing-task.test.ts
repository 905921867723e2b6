import { randomUUID } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { taskQueues } from '../../src/contract/names.js';
import { Desk } from '../support/fanfold.js';

let desk: Desk;
let connection: Connection;
const workflowId = `made-up-${randomUUID()}`;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
  const { address } = await desk.serverRecord();
  connection = await Connection.connect({ address });
  // No worker has a workflow of that type: its task fails for ever.
  const client = new Client({ connection, namespace: desk.namespace ?? 'default' });
  await client.workflow.start('madeUp', { workflowId, taskQueue: taskQueues.workflow, args: [] });
});

afterAll(async () => {
  await connection?.close();
  await desk?.close();
});

it('watch tells at once that a workflow task fails, why, and what to do', async () => {
  const watch = desk.start(['watch', workflowId]);
  await watch.said(/the workflow task fails \(try \d+ on fanfold@.*\): .*madeUp/);
  await watch.said(/temporal workflow terminate --workflow-id made-up-/);
});

it('show tells it, and has it in its JSON', async () => {
  const { stdout } = await desk.fanfold(['show', workflowId, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'running',
    failingTask: { attempts: expect.any(Number), type: expect.any(String), message: expect.stringContaining('madeUp') },
  });
  const { stderr } = await desk.fanfold(['show', workflowId]);
  expect(stderr).toMatch(/the workflow task fails \(try \d+/);
});

it.skipIf(Boolean(process.env['FANFOLD_TEST_CLUSTER']))(
  'open and report take it as the newest run of the home, as list does',
  async () => {
    const opened = desk.start(['open', '--print']);
    await opened.said(new RegExp(workflowId));
    await opened.said(/until Ctrl-C/);
    await opened.kill('SIGINT');
    const reported = await desk.fanfold(['report', '--format', 'md']);
    expect([reported.code, reported.stdout]).toEqual([0, expect.stringContaining(workflowId)]);
  },
);

it('doctor names the run', async () => {
  const { stdout } = await desk.fanfold(['doctor', '--json']);
  const checks = JSON.parse(stdout) as { name: string }[];
  expect(checks.find(({ name }) => name === 'open runs')).toMatchObject({
    state: 'note',
    found: expect.stringMatching(/^the workflow task of made-up-.* fails/),
    advice: expect.stringContaining('temporal workflow terminate'),
  });
});
