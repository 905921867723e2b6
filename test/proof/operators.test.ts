import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Run } from '../../src/contract/run.js';
import type { Progress } from '../../src/contract/run-result.js';
import { ensureSearchAttributes } from '../../src/server/index.js';
import { callsByPerspective, Desk, root } from '../support/fanfold.js';

let desk: Desk;
let client: Client;
const deleted = 'deleted';
const namespace = () => desk.namespace ?? 'default';

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
  const connection = await Connection.connect({ address: await desk.serverAddress() });
  client = new Client({ connection, namespace: namespace() });
  // The server takes its time: it is looked at last.
  const words = ['perspectives', '-', '--perspectives', `${deleted}-quick`, '--id', deleted];
  await desk.fanfold(words, { stdin: 'A document.' });
  const workflowExecution = { workflowId: deleted };
  await client.workflowService.deleteWorkflowExecution({ namespace: namespace(), workflowExecution });
});

afterAll(async () => {
  await client.connection.close();
  await desk.close();
});

/** An open run with two branches, of which `ID-quick` has been answered, and `ID-held` waits for its answer until the gate is released. */
async function openRun(id: string) {
  const gate = desk.model.hold(new RegExp(`perspective: ${id}-held`));
  const words = ['perspectives', '-', '--perspectives', `${id}-quick,${id}-held`, '--id', id, '--json'];
  const command = desk.begin(words, { stdin: 'A document.' });
  await desk.model.until(() => gate.waiting.length === 1);
  await command.said(new RegExp(`✓ ${id}-quick`));
  return { gate, command, ended: async () => JSON.parse((await command.ended).stdout) as Run };
}

/** Resets to the end of a workflow task: of the first by default, when nothing has been started. */
async function reset(id: string, finishEventId = 4): Promise<string> {
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: namespace(),
    workflowExecution: { workflowId: id },
    reason: 'test',
    // A `Long`, of which the client takes numbers as well.
    workflowTaskFinishEventId: finishEventId as never,
    requestId: `reset-${id}-${finishEventId}`,
  });
  return runId;
}

const calls = (name: string) => callsByPerspective(desk).get(name);
const statuses = ({ branches }: Run) => branches.map(({ status, error }) => error?.type ?? status);

/** What is done, in the words of the table, and how it is seen to become of the run what the table says. */
const rows: Record<string, (id: string) => Promise<void>> = {
  'reset of an open run': async (id) => {
    const { gate, command, ended } = await openRun(id);
    const runId = await reset(id);
    await command.said(/the run was reset, and goes on as /);
    await desk.model.until(() => gate.waiting.length === 1);
    gate.release();
    const run = await ended();
    expect(run).toMatchObject({ status: 'complete', runId, webUi: expect.stringContaining(runId) });
    expect(calls(`${id}-quick`)).toBe(1);
    expect((await command.ended).stderr.match(/\[\d\/2\]/g)).toEqual(['[1/2]', '[2/2]']);
  },
  'reset of a finished run': async (id) => {
    const { gate, ended } = await openRun(id);
    gate.release();
    await ended();
    const runId = await reset(id);
    await client.workflow.getHandle(id, runId).result();
    expect(await desk.json(['show', id])).toMatchObject({ status: 'complete', runId, costUsd: 0 });
    expect([calls(`${id}-quick`), calls(`${id}-held`)]).toEqual([1, 1]);
  },
  'reset of a wide run under way': async (id) => {
    const name = (at: number) => `${id}-${[20, 50, 80, 110].includes(at) ? 'held' : 'quick'}-${at}`;
    const rows = Array.from({ length: 120 }, (_, at) => JSON.stringify({ id: name(at), text: `This is ${name(at)}.` }));
    await writeFile(join(desk.directory, `${id}.jsonl`), rows.join('\n'));
    const handle = client.workflow.getHandle(id);
    const isAt = async (ended: number) => {
      while ((await handle.query<Progress>('progress')).tally?.ended !== ended) await sleep(20);
    };
    const gate = desk.model.hold({ document: new RegExp(`${id}-held`) });
    const words = ['summarise', '--from', `${id}.jsonl`, '--id', id, '--join', 'quorum', '--quorum', '120', '--json'];
    const command = desk.begin(words);
    await desk.model.until(() => gate.waiting.length === 4);
    await isAt(116);
    // To a point before there were lanes; then to one where they were under way, and some of what they had told was known.
    await reset(id);
    await desk.model.until(() => gate.waiting.length === 4);
    await isAt(116);
    const { events } = await handle.fetchHistory();
    const finished = events!.filter(({ workflowTaskCompletedEventAttributes: task }) => task);
    await reset(id, Number(finished.at(-1)!.eventId));
    gate.release();
    const run = JSON.parse((await command.ended).stdout) as Run;
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 120, total: 120 } });
    expect(run.branches.map(({ key }) => key)).toEqual(Array.from({ length: 120 }, (_, at) => name(at)));
    expect((await handle.query<Progress>('progress')).tally).toMatchObject({ ended: 120, byStatus: { ok: 120 } });
    const asked = desk.model.countBy(({ document }) => new RegExp(`${id}-quick-\\d+`).exec(document)?.[0] ?? '');
    asked.delete('');
    expect([asked.size, new Set(asked.values())]).toEqual([116, new Set([1])]);
  },
  'reset of a run that waits for Message Batches': async (id) => {
    const words = ['perspectives', '-', '--perspectives', `${id}-one,${id}-two`, '--id', id, '--economy', '--json'];
    const before = desk.model.batches.length;
    const command = desk.begin(words, { stdin: 'A document.' });
    while (desk.model.batches.length === before) await sleep(20);
    await reset(id);
    expect(JSON.parse((await command.ended).stdout)).toMatchObject({ status: 'complete', coverage: { ok: 2 } });
    expect(desk.model.batches).toHaveLength(before + 1);
  },
  terminate: async (id) => {
    const { gate, command, ended } = await openRun(id);
    await client.workflow.getHandle(id).terminate();
    expect(statuses(await ended())).toEqual(['ok', 'Cancelled']);
    expect((await command.ended).code).toBe(4);
    gate.release();
  },
  cancel: async (id) => {
    const { command, ended } = await openRun(id);
    await client.workflow.getHandle(id).cancel();
    expect(statuses(await ended())).toEqual(['ok', 'Cancelled']);
    expect((await command.ended).code).toBe(4);
    await desk.model.idle();
  },
  'complete an activity by hand': async (id) => {
    for (const [at, junk] of [null, 'done', { status: 'ok' }].entries()) {
      const { gate, ended } = await openRun(`${id}${at}`);
      await client.activity.complete({ workflowId: `${id}${at}`, activityId: `${id}${at}-held` }, junk);
      expect(statuses(await ended())).toEqual(['ok', 'MalformedAnswer']);
      gate.release();
    }
  },
  'fail an activity by hand': async (id) => {
    const { gate, ended } = await openRun(id);
    await client.activity.fail(
      { workflowId: id, activityId: `${id}-held` },
      ApplicationFailure.nonRetryable('Given up by hand.', 'ByHand'),
    );
    expect(statuses(await ended())).toEqual(['ok', 'ByHand']);
    gate.release();
  },
  'pause and unpause an activity': async (id) => {
    const { gate, ended } = await openRun(id);
    const activity = { namespace: namespace(), execution: { workflowId: id }, id: `${id}-held`, identity: 'test' };
    await client.workflowService.pauseActivity(activity);
    await desk.model.until(() => gate.waiting.length === 0);
    await client.workflowService.unpauseActivity(activity);
    await desk.model.until(() => gate.waiting.length === 1);
    gate.release();
    expect(statuses(await ended())).toEqual(['ok', 'ok']);
  },
  'reset an activity': async (id) => {
    const { gate, ended } = await openRun(id);
    const activity = { namespace: namespace(), execution: { workflowId: id }, id: `${id}-held`, identity: 'test' };
    await client.workflowService.resetActivity(activity);
    gate.release();
    expect(statuses(await ended())).toEqual(['ok', 'ok']);
    expect(calls(`${id}-quick`)).toBe(1);
  },
  "change an activity's options": async (id) => {
    const { gate, ended } = await openRun(id);
    await client.workflowService.updateActivityOptions({
      namespace: namespace(),
      execution: { workflowId: id },
      id: `${id}-held`,
      identity: 'test',
      activityOptions: { startToCloseTimeout: { seconds: 1 as never }, retryPolicy: { maximumAttempts: 1 } },
      updateMask: { paths: ['start_to_close_timeout', 'retry_policy.maximum_attempts'] },
    });
    expect(statuses(await ended())).toEqual(['ok', 'TimedOut']);
    await desk.model.until(() => gate.waiting.length === 0);
    gate.release();
  },
  'an update with junk': async (id) => {
    const { gate, ended } = await openRun(id);
    const handle = client.workflow.getHandle(id);
    for (const [name, said] of [
      ['cancelBranch', 'Expected keys of branches'],
      ['no-such-update', 'no-such-update'],
    ] as const) {
      const refusal = handle.executeUpdate(name, { args: [7] });
      await expect(refusal).rejects.toMatchObject({ cause: { message: expect.stringContaining(said) } });
    }
    gate.release();
    expect(statuses(await ended())).toEqual(['ok', 'ok']);
  },
  'a signal with junk': async (id) => {
    const { gate, ended } = await openRun(id);
    const handle = client.workflow.getHandle(id);
    for (const [name, ...args] of [['laneBatch', 7], ['no-such-signal'], ['laneBatch', null, []]] as [string][]) {
      await handle.signal(name, ...args);
    }
    gate.release();
    expect(statuses(await ended())).toEqual(['ok', 'ok']);
  },
  delete: async () => {
    let shown = await desk.inProcess(['show', deleted]);
    while (shown.code === 0) {
      await sleep(500);
      shown = await desk.inProcess(['show', deleted]);
    }
    expect([shown.code, shown.stderr]).toEqual([2, expect.stringContaining(`no run with the id \`${deleted}\``)]);
    const again = ['perspectives', '-', '--perspectives', `${deleted}-quick`];
    expect(await desk.json(again, { stdin: 'A document.' })).toMatchObject({ status: 'complete', costUsd: 0 });
  },
  'a namespace that takes no search attributes': async () => {
    const refused = Object.assign(new Error('cannot have more than 0 search attribute of type Keyword.'), { code: 3 });
    let asked = 0;
    const services = {
      operatorService: { listSearchAttributes: async () => ({}), addSearchAttributes: () => Promise.reject(refused) },
      workflowService: {
        countWorkflowExecutions: () => {
          asked += 1;
          return Promise.reject(refused);
        },
      },
    };
    expect(await ensureSearchAttributes(services as unknown as Connection, 'full')).toBe(false);
    // It is asked about once, and not for fifteen seconds.
    expect(asked).toBe(1);
  },
};

const page = readFileSync(join(root, 'docs/operators.md'), 'utf8');
const named = [...page.matchAll(/^\| ([a-z][^|]+?) \| [A-Z`]/gm)].map(([, what = '']) => what);

it('has a test for each row of the page, and a row for each test', () => {
  expect(named).toEqual(Object.keys(rows));
});

describe('does what the page says', () => {
  it.each(Object.keys(rows).map((what, at) => [what, `op${at}`]))('%s', (what, id) => rows[what]!(id));
});
