import { fileURLToPath } from 'node:url';

import { WithStartWorkflowOperation } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTemporal } from '../support/temporal.js';
import type { oneAfterAnother } from './steered.workflow.js';
import { modes } from './with-run.js';

let environment: TestWorkflowEnvironment;
let workflowBundle: { code: string };

beforeAll(async () => {
  environment = await startTemporal();
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./steered.workflow.ts', import.meta.url)),
  });
});

afterAll(() => environment.teardown());

describe.each(modes)('an update, $mode', ({ mode, maxCachedWorkflows }) => {
  it('is judged when all that came with it has been taken in, however long its way (TakenIn-1)', async () => {
    let release = () => {};
    const released = new Promise<string>((resolve) => {
      release = () => resolve('released');
    });
    const taskQueue = `steered-${maxCachedWorkflows}`;
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue,
      workflowBundle,
      maxCachedWorkflows,
      activities: { hold: () => released },
    });
    await worker.runUntil(async () => {
      // The update travels with the start: it and all the branches' ends are of one workflow task.
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof oneAfterAnother>('oneAfterAnother', {
        workflowId: `steered, ${mode}`,
        taskQueue,
        args: [],
        workflowIdConflictPolicy: 'FAIL',
      });
      const refused = await environment.client.workflow
        .executeUpdateWithStart<typeof oneAfterAnother, string[], [string]>('cancelBranch', {
          args: ['b59'],
          startWorkflowOperation,
        })
        .then(
          () => 'It was accepted.',
          (error: { cause?: { message?: string } }) => error.cause?.message,
        );
      release();
      expect(refused).toBe('Expected a branch that has not ended (held), got `b59`.');
      const statuses = await (await startWorkflowOperation.workflowHandle()).result();
      expect([statuses['held'], statuses['b59']]).toEqual(['ok', 'failed']);
    });
  });
});
