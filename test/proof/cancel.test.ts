import { afterAll, beforeAll, expect, it } from 'vitest';

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
