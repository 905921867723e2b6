import { randomUUID } from 'node:crypto';

import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { historyEvents, RunView } from '../../src/client/index.js';
import { noTally } from '../../src/contract/lanes.js';
import { taskQueues, workflowTypes } from '../../src/contract/names.js';
import { FakeModel } from '../support/fake-model.js';
import { startTemporal } from '../support/temporal.js';
import { examples } from '../plan/schema/examples.js';
import { tearDown, withRun, withRunOf } from './with-run.js';
import type { Handle } from './with-run.js';
import { patienceMs } from '../support/patience.js';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTemporal();
});

afterAll(() => tearDown(environment));

/** Inputs that no kind takes, and what the refusal says of the place. */
const wrong = [
  {
    name: 'a misspelt field',
    of: (input: object) => ({ ...input, ofline: true }),
    message: /`ofline`.*did you mean `offline`/,
  },
  { name: 'a negative timeout', of: (input: object) => ({ ...input, timeoutMs: -5 }), message: /`timeoutMs`.*got -5/ },
  { name: 'a huge timeout', of: (input: object) => ({ ...input, timeoutMs: 1e15 }), message: /`timeoutMs`/ },
  { name: 'a list', of: (input: object) => [input], message: /to be an object/ },
  { name: 'nothing', of: () => null, message: /got null/ },
  { name: 'a state of fanfold itself', of: (input: object) => ({ ...input, carried: {} }), message: /`carried`/ },
];

describe.each(workflowTypes)('the door of %s', (kind) => {
  it.each(wrong)('ends a run whose input is $name with BadInput', async ({ of, message }) => {
    const model = new FakeModel();
    await withRunOf(kind, environment, 10, model, of(examples[kind]) as object, async (handle) => {
      const failure = await failureOf(handle);
      expect(failure).toMatchObject({ type: 'BadInput', nonRetryable: true });
      expect(failure.message).toMatch(message);
      expect(failure.details?.[0]).toMatchObject({ expected: expect.any(String), got: expect.any(String) });
      expect(await viewOf(handle.workflowId)).toMatchObject({ closed: 'failed', failure: { type: 'BadInput' } });
    });
    expect(model.asked).toEqual([]);
  });
});

describe('the door', () => {
  it('says what was expected and got of several fields together, too', async () => {
    const input = { document: { inline: 'A text.' }, perspectives: ['legal', 'legal'] };
    await withRunOf('perspectives', environment, 10, new FakeModel(), input, async (handle) => {
      const misfit = { path: [], expected: 'every perspective once', got: '`legal` twice' };
      expect((await failureOf(handle)).details).toEqual([misfit]);
    });
  });

  it('ends a run of two documents with one key', async () => {
    const documents = [1, 2].map(() => ({ key: 'same', text: { inline: 'A text.' } }));
    await withRunOf('summarise', environment, 10, new FakeModel(), { documents }, async (handle) => {
      expect((await failureOf(handle)).message).toContain('`documents[1].key`');
    });
  });

  it('takes null for what is left out', async () => {
    const nulls = { title: null, join: null, quorum: null, timeoutMs: null, model: null, budget: null, fanIn: null };
    await withRun(environment, 10, new FakeModel(), { ...nulls, perspectives: null } as object, async (handle) => {
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
  });

  it.each([
    { name: 'broken JSON', encoding: 'json/plain', data: '{' },
    { name: 'an encoding of somebody else', encoding: 'made/up', data: 'x' },
  ])('ends a run whose payload is $name with BadInput', async ({ encoding, data }) => {
    const workflowId = randomUUID();
    await withRun(environment, 10, new FakeModel(), {}, async (any) => {
      await any.result();
      await environment.client.workflowService.startWorkflowExecution({
        namespace: environment.namespace ?? 'default',
        workflowId,
        requestId: randomUUID(),
        workflowType: { name: 'perspectives' },
        taskQueue: { name: taskQueues.workflow },
        input: { payloads: [payload(encoding, data)] },
      });
      expect(await failureOf(environment.client.workflow.getHandle(workflowId))).toMatchObject({ type: 'BadInput' });
      expect(await viewOf(workflowId)).toMatchObject({ closed: 'failed', failure: { type: 'BadInput' } });
    });
  });

  it('lets no signal or update end a run', async () => {
    const model = new FakeModel();
    model.hold('a');
    await withRun(environment, 10, model, {}, async (handle) => {
      await vi.waitFor(() => expect(model.asked).toContain('a'), patienceMs);
      const { workflowService } = environment.client;
      for (const junk of [payload('json/plain', '{'), payload('json/plain', '5'), payload('made/up', 'x')]) {
        for (const signalName of ['laneBatch', 'nobodyKnowsThis']) {
          await workflowService.signalWorkflowExecution({
            namespace: environment.namespace ?? 'default',
            workflowExecution: { workflowId: handle.workflowId },
            signalName,
            input: { payloads: [junk] },
          });
        }
      }
      for (const name of ['cancelBranch', 'retryFailed']) {
        for (const junk of [5, { kyes: ['a'] }, [5], { keys: 5 }]) {
          await expect(handle.executeUpdate(name, { args: [junk] })).rejects.toMatchObject({
            cause: { message: expect.stringMatching(/^Expected /) },
          });
        }
      }
      model.release('a');
      expect(await handle.result()).toMatchObject({ status: 'complete' });
    });
  });

  it('lets no signal end a wide run, or count in it', async () => {
    const chunks = [{ sha256: 'a'.repeat(64), bytes: 10, count: 60 }];
    await withRunOf('summarise', environment, 10, new FakeModel(), { chunks, searchable: false }, async (handle) => {
      const report = { blob: { sha256: 'b'.repeat(64), bytes: 5 }, indices: [[0, 1e12]], tally: noTally };
      for (const junk of [
        5,
        null,
        {},
        { lane: 0 },
        { lane: 0, ...report },
        { lane: 99, ...report, indices: [[0, 5]] },
      ]) {
        await handle.signal('laneBatch', junk);
      }
      expect(await handle.query('progress')).toMatchObject({ total: 60, tally: { ended: 0 } });
      expect((await viewOf(handle.workflowId)).tally.ended).toBe(0);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    });
  });
});

/** The run as its history tells it. */
async function viewOf(workflowId: string): Promise<RunView> {
  const view = new RunView(environment.client, workflowId);
  for await (const event of historyEvents(environment.client, { workflowId }, { wait: false })) await view.apply(event);
  return view;
}

async function failureOf(handle: Pick<Handle, 'result'>): Promise<ApplicationFailure> {
  const error = await handle.result().then(
    () => undefined,
    (failed: WorkflowFailedError) => failed.cause,
  );
  if (error instanceof ApplicationFailure) return error;
  throw new Error(`Expected the run to fail, got ${String(error)}.`);
}

function payload(encoding: string, data: string) {
  return { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) };
}
