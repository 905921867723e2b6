import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

it('begins a branch anew that has failed, cuts another, and leaves the rest of the run alone', async () => {
  desk.model.script({ match: /perspective: shaky/, fault: { kind: 'status', status: 400 }, times: 1 });
  const gate = desk.model.hold(/perspective: (slow|endless)/);
  const words = ['perspectives', '-', '--perspectives', 'quick,shaky,slow,endless', '--id', 'steered', '--ndjson'];
  const run = desk.begin(words, { stdin: 'A document.' });
  await run.said(/"key":"shaky","index":1,.*"status":"failed"/);
  const retried = await desk.inProcess(['retry', 'steered']);
  expect([retried.code, retried.stderr]).toEqual([0, expect.stringContaining('began shaky anew')]);
  await run.said(/"key":"shaky","index":1,.*"status":"ok"/);
  const cut = await desk.inProcess(['cancel', 'steered', 'endless']);
  expect([cut.code, cut.stderr]).toEqual([0, expect.stringContaining('cut endless; the others go on')]);
  await run.said(/"key":"endless","index":3,.*"status":"cancelled"/);
  gate.release();
  const { code, stdout } = await run.ended;
  expect(code).toBe(3);
  const { branches } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
    branches: { status: string; attempts: number }[];
  };
  expect(branches.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'cancelled']);
  expect(branches[1]?.attempts).toBe(2);
});

it('says what could be cut or begun anew where something else was asked for', async () => {
  const gate = desk.model.hold(/perspective: held/);
  const run = desk.begin(['perspectives', '-', '--perspectives', 'quick,held', '--id', 'refusing'], { stdin: 'Text.' });
  await run.said(/✓ quick/);
  const cut = await desk.inProcess(['cancel', 'refusing', 'quick']);
  expect([cut.code, cut.stderr]).toEqual([
    2,
    expect.stringContaining('Expected a branch that has not ended (held), got `quick`.'),
  ]);
  const retried = await desk.inProcess(['retry', 'refusing']);
  expect([retried.code, retried.stderr]).toEqual([2, expect.stringContaining('No branch has ended that is not ok')]);
  const flagged = await desk.inProcess(['retry', 'refusing', '--max-tokens', '9']);
  expect([flagged.code, flagged.stderr]).toEqual([
    2,
    expect.stringContaining('Expected no flags for a run that is open, got `--max-tokens`'),
  ]);
  gate.release();
  await run.ended;
  const ended = await desk.inProcess(['retry', 'refusing']);
  expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('got `refusing`, of which all are')]);
});
