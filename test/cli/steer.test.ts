import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  expect([cut.code, cut.stderr]).toEqual([
    0,
    expect.stringContaining('told endless to stop: one whose answer comes first keeps it. The others go on'),
  ]);
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

it.each([4, 60])('begins the failed ones of %i rows anew, and pays for nothing that is there', async (count) => {
  const rows = Array.from({ length: count }, (_, at) => `Row ${at} of ${count}.\n`);
  await writeFile(join(desk.directory, `rows-${count}.csv`), `text\n${rows.join('')}`);
  await writeFile(join(desk.directory, 'ask.md'), 'Is this spam? {{ text }}\n');
  desk.model.script({ match: `Row 3 of ${count}`, fault: { kind: 'status', status: 400 }, times: 1 });
  const words = ['map', `rows-${count}.csv`, '--prompt', '@ask.md', '--attempts', '1', '--id', `rows-${count}`];
  expect((await desk.fanfold([...words, '--budget', '5'])).code).toBe(3);
  const { total } = desk.model;
  const run = await desk.json(['retry', `rows-${count}`]);
  expect(run).toMatchObject({ kind: 'map', status: 'complete', coverage: { ok: count, total: count } });
  expect((run.output as { key: string }[]).map(({ key }) => key)).toEqual(rows.map((_, at) => String(at + 1)));
  expect(desk.model.total).toBe(total + 1);
  expect(desk.model.calls.at(-1)?.prompt).toContain('Is this spam? Row 3');
});

it('reads the prompt of map where it begins with @, and says what else could be meant', async () => {
  await writeFile(join(desk.directory, 'two.csv'), 'text\nOne.\nTwo.\n');
  const { code, stderr } = await desk.inProcess(['map', 'two.csv', '--prompt', '@none.md']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('Expected a prompt, got `none.md`, which does not exist.'),
  ]);
  expect(stderr).toContain('a text that is to begin with it stands in one');
});
