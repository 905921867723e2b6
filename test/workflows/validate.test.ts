import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { createActivities } from '../../activities/index.js';
import { taskQueues } from '../../src/contract/names.js';
import type { RunResult } from '../../src/contract/run-result.js';
import type { ValidateInput } from '../../src/plan/validate-plan.js';
import type { CpuPool as Pool } from '../../src/cpu/index.js';
import { BlobStore } from '../../src/store/blob-store.js';
import type { validate } from '../../workflows/index.js';
import { root } from '../support/fanfold.js';
import { shortLimitMs, slowPattern, slowText } from '../support/slow-pattern.js';
import { startTemporal } from '../support/temporal.js';
import { modes } from './with-run.js';

// The threads run what was built.
const { CpuPool } = (await import(join(root, 'dist/src/cpu/index.js'))) as { CpuPool: typeof Pool };

let environment: TestWorkflowEnvironment;
let home: string;
let cpu: Pool;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-validate-'));
  cpu = new CpuPool(2, { eachMs: shortLimitMs, runMs: 3 * shortLimitMs });
  environment = await startTemporal();
});

afterAll(async () => {
  await environment.teardown();
  await cpu.close();
  await rm(home, { recursive: true });
});

const text = `${slowText} TODO`;

/** @param lost how many tries a worker does not live to tell of */
async function run(input: Partial<ValidateInput>, maxCachedWorkflows: number, lost = 0): Promise<RunResult> {
  const { client, nativeConnection: connection, namespace = 'default' } = environment;
  const workflows = await Worker.create({
    connection,
    namespace,
    taskQueue: taskQueues.workflow,
    workflowBundle: { codePath: inject('workflowBundle') },
    maxCachedWorkflows,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const activities = createActivities({ store: new BlobStore(home), cpu, offlineModelUrl: async () => '' });
  let tries = 0;
  const findPattern: typeof activities.findPattern = async (input) => {
    tries += 1;
    if (tries <= lost) throw ApplicationFailure.create({ message: 'A worker is lost.', nextRetryDelay: '1ms' });
    return activities.findPattern(input);
  };
  const threads = await Worker.create({
    connection,
    namespace,
    taskQueue: taskQueues.cpu,
    activities: { ...activities, findPattern },
  });
  return threads.runUntil(
    workflows.runUntil(() =>
      client.workflow.execute<typeof validate>('validate', {
        workflowId: randomUUID(),
        taskQueue: taskQueues.workflow,
        // There is no worker here that could be asked.
        args: [{ text, document: { inline: text }, searchable: false, ...input }],
      }),
    ),
  );
}

describe.each(modes)('a pattern that takes too long, $mode', ({ maxCachedWorkflows }) => {
  it('is a branch that is timed out, and the others come out', async () => {
    const checks = [
      { name: 'greedy', pattern: '(a+)+$' },
      { name: 'todo', pattern: 'TODO' },
    ];
    const { branches, output } = await run({ checks }, maxCachedWorkflows);
    expect(branches.map(({ key, status, attempts }) => [key, status, attempts])).toEqual([
      ['greedy', 'timed-out', 1],
      ['todo', 'ok', 1],
    ]);
    expect(branches[0]?.error).toMatchObject({
      type: 'TimedOut',
      message: expect.stringMatching(/^The pattern of `greedy` took longer than a pattern may/),
    });
    expect(output).toMatchObject({ findings: [{ check: 'todo', line: 1, quote: 'TODO' }] });
  });
});

it('a pattern outlasts as many workers as there may be attempts', async () => {
  const checks = [{ name: 'todo', pattern: 'TODO' }];
  const { branches } = await run({ checks, attempts: 4 }, 10, 3);
  expect(branches).toMatchObject([{ key: 'todo', status: 'ok' }]);
});

it('many that take too long have a limit together', async () => {
  const checks = Array.from({ length: 8 }, (_, at) => ({ name: `greedy-${at}`, pattern: slowPattern }));
  const failure = await run({ checks, text: slowText, document: { inline: slowText } }, 10).catch((error) => error);
  const { branches } = failure.cause.details[0] as RunResult;
  expect(branches.map(({ status }) => status)).toEqual(Array(8).fill('timed-out'));
  const unbegun = branches.filter(({ error }) => error?.message.includes('was not begun'));
  expect(unbegun.length).toBeGreaterThanOrEqual(3);
});
