import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cutByKey } from '../../src/contract/outcome.js';
import type { Run } from '../../src/contract/run.js';
import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

it('leaves no call in flight when a run is cancelled, and keeps the answers it has', async () => {
  const gate = desk.model.hold(/perspective: held-/);
  const command = desk.begin(
    ['perspectives', '-', '--id', 'cancelled', '--perspectives', 'quick,held-a,held-b', '--json'],
    {
      stdin: 'A document.',
    },
  );
  await command.said(/quick/);
  await desk.model.until(() => gate.waiting.length === 2);
  expect((await desk.fanfold(['cancel', 'cancelled'])).code).toBe(0);
  const { code, stdout } = await command.ended;
  expect(code).toBe(4);
  // The run is over: its calls are, too, without the model having answered.
  await desk.model.idle();
  expect(gate.waiting).toEqual([]);
  const run = JSON.parse(stdout);
  expect(run.status).toBe('cancelled');
  expect(run.branches.map(({ status }: { status: string }) => status)).toEqual(['ok', 'cancelled', 'cancelled']);
  expect(run.branches[1].attempts).toBe(1);
  expect(run.output).toHaveProperty('quick');
});

it('cuts the other calls under `all` when one branch fails for good', async () => {
  const gate = desk.model.hold(/perspective: slow-/);
  desk.model.script({ match: /perspective: bad/, fault: { kind: 'status', status: 400 } });
  const { code, stdout } = await desk.fanfold(
    ['perspectives', '-', '--join', 'all', '--perspectives', 'slow-a,bad,slow-b', '--json'],
    { stdin: 'A document.' },
  );
  expect(code).toBe(4);
  await desk.model.idle();
  expect(gate.waiting).toEqual([]);
  expect(desk.model.count(/perspective: bad/)).toBe(1);
  const run = JSON.parse(stdout);
  expect(run.branches.map(({ status }: { status: string }) => status)).toEqual(['cancelled', 'failed', 'cancelled']);
  expect(run.error.message).toContain('bad');
});

it('ends a branch at its time limit and closes its call; the others are kept', async () => {
  desk.model.script({ match: /perspective: hanging/, fault: { kind: 'hang-before-headers' } });
  const { code, stdout } = await desk.fanfold(
    ['perspectives', '-', '--timeout', '1s', '--perspectives', 'hanging,quick', '--json'],
    { stdin: 'Another document.' },
  );
  expect(code).toBe(3);
  await desk.model.idle();
  const run = JSON.parse(stdout);
  expect(run.status).toBe('partial');
  expect(run.branches).toMatchObject([
    { status: 'timed-out', error: { type: 'TimedOut' }, attempts: 1 },
    { status: 'ok' },
  ]);
});

/** The promise: milliseconds after which no call of a run that is cancelled, or of a branch that has lost, is in flight. */
const promisedMs = 2_000;

describe('in lanes, two seconds later no call is in flight', () => {
  const count = 70;
  const words = ['summarise', '--from', 'many.jsonl', '--concurrency', '30', '--fresh', '--json'];

  beforeAll(async () => {
    const rows = Array.from({ length: count }, (_, at) =>
      JSON.stringify({ id: `d${at}`, text: `${at % 5 === 0 ? 'Held' : 'Quick'} document ${at}. It says something.` }),
    );
    await writeFile(join(desk.directory, 'many.jsonl'), rows.join('\n'));
  });

  /** Milliseconds from the moment at which the run knew that calls were no longer wanted, to the end of the last of them. */
  async function cutCalls(cut: readonly string[], id: string, meanwhile: () => Promise<unknown> = async () => {}) {
    const before = desk.model.total;
    const gate = desk.model.hold({ document: 'Held document' });
    const command = desk.begin([...words, '--id', id, ...cut]);
    await desk.model.until(() => gate.waiting.length > 0);
    await meanwhile();
    const { code, stdout } = await command.ended;
    await desk.model.idle();
    gate.release();
    const calls = desk.model.calls.filter(({ sequence }) => sequence > before);
    const closed = calls.flatMap((call) => (call.answered ? [] : [call.finishedAt ?? Infinity]));
    expect(closed.length).toBeGreaterThan(0);
    return { code, status: JSON.parse(stdout).status, tookMs: Math.max(...closed) - (await cutAt(id)) };
  }

  async function cutAt(id: string): Promise<number> {
    const connection = await Connection.connect({ address: await desk.serverAddress() });
    try {
      const client = new Client({ connection, ...(desk.namespace !== undefined && { namespace: desk.namespace }) });
      const { events } = await client.workflow.getHandle(id).fetchHistory();
      const cut = events?.find((event) => event.activityTaskCancelRequestedEventAttributes != null);
      return Number(cut?.eventTime?.seconds) * 1_000 + Number(cut?.eventTime?.nanos) / 1e6;
    } finally {
      await connection.close();
    }
  }

  it('when the whole run is cancelled', async () => {
    const { code, status, tookMs } = await cutCalls([], 'lanes-cancelled', () =>
      desk.inProcess(['cancel', 'lanes-cancelled']),
    );
    expect([code, status]).toEqual([4, 'cancelled']);
    expect(tookMs).toBeLessThanOrEqual(promisedMs);
  });

  it('of a branch that is cut by its key, whose siblings go on, and of more of them later', async () => {
    const before = desk.model.total;
    const gate = desk.model.hold({ document: 'Held document' });
    const command = desk.begin([...words, '--id', 'some-cut']);
    await desk.model.until(() => gate.waiting.length === count / 5);
    const cut = (...keys: string[]) => desk.inProcess(['cancel', 'some-cut', ...keys]);
    expect(await cut('d0', 'd65')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('told d0, d65 to stop: '),
    });
    await desk.model.until(() => gate.waiting.length === count / 5 - 2);
    const closed = desk.model.calls.flatMap(({ sequence, answered, finishedAt }) =>
      sequence > before && !answered && typeof finishedAt === 'number' ? [finishedAt] : [],
    );
    expect(Math.max(...closed) - (await cutAt('some-cut'))).toBeLessThanOrEqual(promisedMs);
    // Their lanes have been told to stop, and are not told again.
    await cut('d5', 'd60');
    await desk.model.until(() => gate.waiting.length === count / 5 - 4);
    expect(await cut('d70')).toMatchObject({ code: 2, stderr: expect.stringContaining('of the run, got `d70`') });
    gate.release();
    const { code, stdout } = await command.ended;
    expect(code).toBe(3);
    const { branches, coverage } = JSON.parse(stdout) as Run;
    expect(coverage).toEqual({ ok: count - 4, total: count });
    const lost = branches.filter(({ status }) => status !== 'ok');
    expect(lost.map(({ key, status, error }) => [key, status, error?.message])).toEqual(
      ['d0', 'd5', 'd60', 'd65'].map((key) => [key, 'cancelled', cutByKey]),
    );
    expect(desk.model.total - before).toBe(count);
  });

  it.each([
    ['its deadline is over', 'partial', ['--deadline', '2s']],
    ['others have made the quorum', 'partial', ['--join', 'quorum', '--quorum', '20']],
    ['one has failed that all wait for', 'failed', ['--join', 'all']],
  ])('when %s', async (why, expected, flags) => {
    desk.model.script({ match: { document: 'Quick document 6\\.' }, times: 1, fault: { kind: 'status', status: 400 } });
    const { status, tookMs } = await cutCalls(flags, `lanes ${why}`);
    expect(status).toBe(expected);
    expect(tookMs).toBeLessThanOrEqual(promisedMs);
  });
});
