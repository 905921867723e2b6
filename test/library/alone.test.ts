import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startOfflineModel } from '@fanfold/offline-model';
import type { OfflineModel } from '@fanfold/offline-model';
import type { Workflow } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
// As it is built: threads of its own search folders.
import { FanfoldPlugin } from 'fanfold/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { placeRows, readRows } from '../../src/client/index.js';
import { BlobStore } from '../../src/store/blob-store.js';
import type { FanOutOptions } from '../../workflows/library.js';
import { startTemporal } from '../support/temporal.js';
import type * as alone from './alone.workflow.js';

let environment: TestWorkflowEnvironment;
let model: OfflineModel;
let home: string;
let texts: string;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  environment = await startTemporal();
  model = await startOfflineModel();
  home = await mkdtemp(join(tmpdir(), 'fanfold-alone-'));
  texts = await mkdtemp(join(tmpdir(), 'fanfold-texts-'));
  await writeFile(join(texts, 'notice.md'), 'Either side gives three months of notice.\n');
  worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? 'default',
    taskQueue: 'alone',
    workflowsPath: fileURLToPath(new URL('./alone.workflow.ts', import.meta.url)),
    activities: { countWords: async (text: string) => text.split(' ').length },
    plugins: [
      new FanfoldPlugin({
        api: { apiKey: 'made-up-token-1', baseURL: model.url },
        home,
        env: {},
        rampFrom: 200,
        concurrency: 200,
        policy: { folders: [texts] },
      }),
    ],
  });
  running = worker.run();
  // Whoever waits for it hears of it.
  running.catch(() => {});
  // To bundle workflows takes long on a busy machine.
}, 180_000);

afterAll(async () => {
  worker?.shutdown();
  await running;
  await model?.stop();
  await environment?.teardown();
  for (const folder of [home, texts]) await rm(folder, { recursive: true, force: true });
});

async function start<W extends Workflow>(name: string, ...args: Parameters<W>) {
  const options = { workflowId: `${name}-${randomUUID()}`, taskQueue: 'alone', args };
  return environment.client.workflow.start<Workflow>(name, options);
}

async function execute<W extends Workflow>(name: string, ...args: Parameters<W>): Promise<Awaited<ReturnType<W>>> {
  const handle = await start<W>(name, ...args);
  return (await handle.result()) as Awaited<ReturnType<W>>;
}

/** Priority key and fairness key of what a workflow has begun, by an activity's id or a child's type, and its children's ids. */
async function prioritiesIn(workflowId: string) {
  const { events } = await environment.client.workflow.getHandle(workflowId).fetchHistory();
  const begun: { [name: string]: unknown[] } = {};
  const children: string[] = [];
  for (const event of events ?? []) {
    const activity = event.activityTaskScheduledEventAttributes;
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    const name = activity?.activityId ?? child?.workflowType?.name;
    const { priorityKey, fairnessKey } = activity?.priority ?? child?.priority ?? {};
    if (name) begun[name] = [priorityKey, fairnessKey];
    if (child?.workflowId) children.push(child.workflowId);
  }
  return { begun, children };
}

const items = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word} ${at}`);

describe('by itself in a workflow', () => {
  it('an agent loop answers, and its cost is on the outcome', async () => {
    const outcome = await execute<typeof alone.agentAlone>('agentAlone');
    expect(outcome).toMatchObject({ status: 'ok', output: expect.any(String), key: 'branch' });
    expect(outcome.costUsd).toBeGreaterThan(0);
  });

  it('what a branch’s function has asked is on its outcome and in the budget', async () => {
    const { insideUsd, toldUsd, lostUsd, after } = await execute<typeof alone.inside>('inside');
    const [said, failed] = toldUsd.map(Number) as [number, number];
    expect([said > 0, failed > 0, lostUsd, after]).toEqual([true, true, 0, 'skipped']);
    expect(said + failed).toBeCloseTo(insideUsd, 9);
  });

  it('a search finds what the worker may search', async () => {
    const outcome = await execute<typeof alone.searchAlone>('searchAlone', {
      name: 'texts',
      kind: 'files',
      folder: texts,
    });
    expect(outcome).toMatchObject({ status: 'ok', output: { hits: [{ text: expect.stringContaining('notice') }] } });
  });

  it('rows of the store are asked about in lanes and in batches, under a budget, and read by a program', async () => {
    const store = new BlobStore(home);
    const texts = items(12, 'a row');
    const rows = await placeRows(
      texts.map((text, at) => (at === 7 ? ({ other: text } as never) : { text })),
      store,
    );
    const both = [{ budget: 1 }, { budget: 1, economy: true, fresh: true }];
    const ask = (options: FanOutOptions) => execute<typeof alone.rowsAlone>('rowsAlone', rows, options);
    for (const outcome of await Promise.all(both.map(ask))) {
      expect(outcome).toMatchObject({ status: 'ok', output: { status: 'partial', counts: { ok: 11, failed: 1 } } });
      expect(outcome.costUsd).toBeGreaterThan(0);
      const read: string[] = [];
      if (outcome.status !== 'ok') continue;
      for await (const { row, outcome: of } of readRows(outcome.output.answered, store)) {
        read.push(`${of.key} ${of.status} ${row.text} ${of.status === 'ok' ? typeof of.output : of.error.type}`);
      }
      expect(read).toEqual(
        texts.map((text, at) => (at === 7 ? '7 failed undefined DocumentUnreadable' : `${at} ok ${text} string`)),
      );
    }
  });

  it('judges select, and a model makes one text', async () => {
    expect(await execute<typeof alone.foldAlone>('foldAlone')).toEqual({
      chosen: expect.stringMatching(/^(one|other)$/),
      votes: expect.arrayContaining([expect.any(String)]),
      calls: ['ok', 'ok'],
      text: 'ok',
    });
  });

  it('a graph runs its nodes', async () => {
    const { status, words } = await execute<typeof alone.graphAlone>('graphAlone');
    expect(status).toBe('complete');
    expect(words).toBeGreaterThan(0);
  });
});

describe('a fan-out', () => {
  it('runs in an update’s handler, and twice at the same time', async () => {
    const handle = await start<typeof alone.onUpdate>('onUpdate', 2);
    const [few, many] = await Promise.all([
      handle.executeUpdate<string[], [string[]]>('fan', { args: [['x', 'y']] }),
      handle.executeUpdate<string[], [string[]]>('fan', { args: [items(60, 'many')] }),
    ]);
    expect(few).toEqual(['0 ok', '1 ok']);
    expect(many).toEqual(items(60, '').map((_, at) => `${at} ok`));
    expect(await handle.result()).toBe(2);
    // So long it waits where a worker was killed that read them.
    const { events } = await handle.fetchHistory();
    const scheduled = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes);
    const reading = scheduled.find((activity) => activity?.activityType?.name === 'readOutcomes');
    expect(Number(reading?.startToCloseTimeout?.seconds)).toBe(10);
  });

  it('has questions, lanes, agents and fan-ins of another priority than the workflow', async () => {
    const handle = await start<typeof alone.prior>('prior', { priorityKey: 1, fairnessKey: 'tenant-a' });
    expect(await handle.result()).toBe('ok');
    const { begun, children } = await prioritiesIn(handle.workflowId);
    expect(begun['#0']).toEqual([1, 'tenant-a']);
    expect(begun['synthesise/synthesis-1']).toEqual([5, handle.workflowId]);
    expect(begun['lanes']).toEqual([1, 'tenant-a']);
    expect(begun['agent']).toEqual([2, '']);
    const lanes = await prioritiesIn(children.find((id) => id.includes('/lanes-')) ?? '');
    expect(lanes.begun['lane-0']).toEqual([1, 'tenant-a']);
    const agent = await prioritiesIn(children.find((id) => !id.includes('/lanes-')) ?? '');
    // What it does not say is as in the workflow that has begun it.
    expect(Object.values(agent.begun)).toContainEqual([2, handle.workflowId]);
  });

  it('in lanes runs beside another, and again after continue-as-new', async () => {
    expect(await execute<typeof alone.twice>('twice', 60)).toEqual(['60 60', '60 60', '60']);
  });

  it.each([
    ['beside lanes', 3],
    ['in lanes', 60],
  ])('is cancelled with the scope around it, %s, and the workflow goes on', async (_, count) => {
    const gate = model.hold(/held by a scope/);
    const ended = await execute<typeof alone.scoped>('scoped', items(count, 'held by a scope'), {});
    expect(ended).toEqual({ end: 'cancelled', after: 'ok' });
    await model.idle();
    gate.release();
  });

  it.each([
    ['of questions alone', false],
    ['of questions beside a function', true],
  ])('in lanes, %s, leaves no call in flight when its join is decided', async (_, beside) => {
    const word = `slow ${String(beside)}`;
    const gate = model.hold(new RegExp(word));
    const asked = [...items(60, word), 'quick'];
    const statuses = await execute<typeof alone.cut>('cut', asked, { join: 'quorum', quorum: beside ? 2 : 1 }, beside);
    // None of the held calls has been answered: they are closed.
    await model.idle();
    expect(gate.waiting).toEqual([]);
    expect(statuses.filter((status) => status === 'ok')).toHaveLength(beside ? 2 : 1);
    expect(new Set(statuses.slice(0, 60))).toEqual(new Set(['cancelled']));
    gate.release();
  });

  it.each([false, true])('in lanes, is late in both places at its deadline, beside a function: %s', async (beside) => {
    const word = `too slow ${String(beside)}`;
    const gate = model.hold(new RegExp(word));
    const [followed, outcomes] = await execute<typeof alone.late>('late', items(60, word), beside);
    expect(followed).toEqual(outcomes);
    expect(new Set(outcomes?.slice(0, 60))).toEqual(new Set(['late']));
    await model.idle();
    gate.release();
  });

  it('in lanes leaves no call in flight when its workflow is cancelled', async () => {
    const gate = model.hold(/never answered/);
    const handle = await start<typeof alone.cut>('cut', items(60, 'never answered'), {}, false);
    await model.until(() => gate.waiting.length > 0);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await model.idle();
    expect(gate.waiting).toEqual([]);
    gate.release();
  });
});
