import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Branch, Run } from '../../../src/contract/run.js';
import { Desk } from '../../support/fanfold.js';

let desk: Desk;
let files = 0;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 5, batchMs: 200, retain: { calls: 100_000, requests: 100_000 } });
  await desk.serve();
  const schema = {
    type: 'object',
    properties: { label: { type: 'string', enum: ['spam', 'other'] }, why: { type: 'string' } },
    required: ['label', 'why'],
    additionalProperties: false,
  };
  await writeFile(join(desk.directory, 'label.json'), JSON.stringify(schema));
});

afterAll(() => desk.close());

/** A table of its own, so that the journal knows none of its rows. */
async function table(count: number, textOf = (row: number) => `Text ${row}, "quoted".`): Promise<string> {
  files += 1;
  const rows = Array.from({ length: count }, (_, row) => {
    const text = `Table ${files}. ${textOf(row + 1)}`;
    return `r${row + 1},"${text.replaceAll('"', '""')}"\n`;
  });
  await writeFile(join(desk.directory, `rows-${files}.csv`), `id,text\n${rows.join('')}`);
  return `rows-${files}.csv`;
}

async function linesOf(name: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(join(desk.directory, name), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const prompt = ['--prompt', 'Is this spam? {{ text }}'];

describe.each([
  { mode: 'direct', count: 5 },
  { mode: 'lanes', count: 60 },
])('map, $mode', ({ count }) => {
  it('writes each row once, in input order, with its columns and the fields of its answer', async () => {
    const rows = await table(count);
    const out = `${rows}.jsonl`;
    const words = ['map', rows, ...prompt, '--schema', 'label.json', '--out', out];
    const run = await desk.json(words);
    expect(run).toMatchObject({ kind: 'map', status: 'complete', coverage: { ok: count, total: count } });
    const written = await linesOf(out);
    expect(written.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, row) => `r${row + 1}`));
    expect(written[1]).toMatchObject({ _row: '2', _status: 'ok', label: 'spam', why: expect.any(String) });
  });

  it('writes rows to standard output where there is no file', async () => {
    const { code, stdout } = await desk.fanfold(['map', await table(count), ...prompt]);
    expect(code).toBe(0);
    const written = stdout.trim().split('\n');
    expect(written.map((line) => JSON.parse(line)._row)).toEqual(
      Array.from({ length: count }, (_, row) => `${row + 1}`),
    );
    expect(JSON.parse(written[0]!).answer).toContain('Text 1, "quoted".');
  });

  it('ends with 3 where a row fails, writes why, and asks again about that row alone', async () => {
    const rows = await table(count);
    const out = `${rows}.csv`;
    const words = ['map', rows, ...prompt, '--schema', 'label.json', '--attempts', '1', '--out', out];
    const fails = { match: 'Text 3,', times: 1, fault: { kind: 'status', status: 400 } } as const;
    desk.model.script(fails);
    expect((await desk.fanfold(words)).code).toBe(3);
    const before = (await readFile(join(desk.directory, out), 'utf8')).split('\n');
    expect(before[0]).toBe('id,text,label,why,_row,_status,_error');
    expect(before[3]).toMatch(/^r3,"Table \d+\. Text 3, ""quoted""\.",,,3,failed,\S/);
    expect(before).toHaveLength(count + 2);
    // A share is one of all rows, those included that are ok already.
    desk.model.script(fails);
    const atLeast = (share: number) => [...words, '--retry-failed', '--at-least', `${share}`];
    expect((await desk.fanfold(atLeast((count - 1) / count))).code).toBe(3);
    const { total } = desk.model;
    expect((await desk.fanfold([...words, '--retry-failed'])).code).toBe(0);
    expect(desk.model.total).toBe(total + 1);
    const after = (await readFile(join(desk.directory, out), 'utf8')).split('\n');
    expect(after.filter((_, row) => row !== 3)).toEqual(before.filter((_, row) => row !== 3));
    expect(after[3]).toMatch(/^r3,.*,spam,.*,3,ok,$/);
  });

  it('goes on behind the last whole row of a file that was cut, and asks about no row before it', async () => {
    const rows = await table(count);
    const out = `${rows}.jsonl`;
    const words = ['map', rows, ...prompt, '--out', out];
    await desk.fanfold(words);
    const whole = await readFile(join(desk.directory, out), 'utf8');
    const cut = whole.split('\n').slice(0, 3).join('\n');
    await writeFile(join(desk.directory, out), cut);
    expect(await desk.fanfold(words)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/`--out` to be new.*has rows/),
    });
    const run = await desk.json<Run>([...words, '--fresh', '--resume']);
    expect(run.coverage).toEqual({ ok: count - 2, total: count - 2 });
    expect(await readFile(join(desk.directory, out), 'utf8')).toBe(whole);
    const again = await desk.fanfold([...words, '--resume']);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(`all ${count} rows are in ${out}`) });
    // Attached to by its id, a run writes what is missing.
    await desk.fanfold(['map', rows, ...prompt, '--id', `kept-${count}`, '--quiet']);
    await writeFile(join(desk.directory, out), cut);
    const { stderr } = await desk.fanfold([...words, '--id', `kept-${count}`, '--resume']);
    expect(stderr).toContain(`attached to kept-${count}`);
    expect(await readFile(join(desk.directory, out), 'utf8')).toBe(whole);
  });

  it('is free for rows that did not change, and asks once about rows that are the same', async () => {
    const same = (row: number) => (row <= 2 ? 'The same.' : `Text ${row}.`);
    const rows = await table(count, same);
    const { total } = desk.model;
    const words = ['map', rows, ...prompt];
    await desk.fanfold(words);
    expect(desk.model.total - total).toBe(count - 1);
    const text = await readFile(join(desk.directory, rows), 'utf8');
    await writeFile(join(desk.directory, rows), text.replace('Text 4.', 'Text 4, edited.'));
    const run = await desk.json(words);
    expect(desk.model.total - total).toBe(count);
    expect(run.branches.filter(({ reused }) => !reused).map(({ key }) => key)).toEqual(['4']);
  });

  it('asks several times about a row, and says how many of how many say so', async () => {
    const rows = await table(Math.ceil(count / 5));
    const { total } = desk.model;
    desk.model.script({
      match: 'Text 1,',
      times: 1,
      fault: { kind: 'answer-json', value: { label: 'other', why: '-' } },
    });
    const words = ['map', rows, ...prompt, '--schema', 'label.json', '--samples', '3', '--vote', 'label'];
    const { code, stdout } = await desk.fanfold([...words, '--concurrency', '1']);
    expect(code).toBe(0);
    const written = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(desk.model.total - total).toBe(written.length * 3);
    expect(written[0]).toMatchObject({ label: 'spam', _votes: 2, _of: 3, _tied: false });
    const run = await desk.json(words);
    expect(run.output).toHaveLength(written.length);
    expect((run.output as unknown[])[0]).toMatchObject({ key: '1', votes: 2, of: 3, tied: false });
    expect(run.branches.every(({ reused }) => reused)).toBe(true);
  });

  it('prints branches as they complete, and the run', async () => {
    const { stdout } = await desk.fanfold(['map', await table(count), ...prompt, '--ndjson']);
    const printed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Branch | Run);
    expect(printed).toHaveLength(count + 1);
    const run = printed.at(-1) as Run;
    expect(run.branches).toHaveLength(count);
    expect(run.output).toHaveLength(count);
  });

  it('asks by Message Batches, each sample a question of its own', async () => {
    const rows = await table(Math.ceil(count / 5));
    const { total } = desk.model;
    const run = await desk.json(['map', rows, ...prompt, '--economy', '--samples', '2']);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: Math.ceil(count / 5) * 2 } });
    expect(run.branches.every(({ reused }) => !reused)).toBe(true);
    expect(desk.model.total).toBe(total);
  });

  it('spends no more than its budget, and says which rows it did not ask about', async () => {
    const rows = await table(count);
    const out = `${rows}.jsonl`;
    const words = ['map', rows, ...prompt, '--max-tokens', '200', '--concurrency', '1', '--out', out];
    const { upperBoundUsd } = await desk.json<{ upperBoundUsd: number }>([...words, '--dry-run']);
    // The first question fits, and few others do.
    const budget = String((1.05 * upperBoundUsd) / count);
    const { code } = await desk.fanfold([...words, '--budget', budget]);
    expect(code).toBe(3);
    const statuses = (await linesOf(out)).map(({ _status }) => _status);
    expect(statuses).toHaveLength(count);
    expect(statuses).toContain('ok');
    expect(statuses).toContain('skipped');
  });
});

it.each([2, 0.3])('asks many rows by Message Batches within %s of the most that they can cost', async (share) => {
  const rows = await table(120);
  const out = `${rows}.jsonl`;
  const words = ['map', rows, ...prompt, '--schema', 'label.json', '--economy', '--out', out];
  const { upperBoundUsd } = await desk.json<{ upperBoundUsd: number }>([...words, '--dry-run']);
  const budget = upperBoundUsd * share;
  const { total } = desk.model;
  const ended = await desk.fanfold([...words, '--budget', String(budget), '--json']);
  const run = JSON.parse(ended.stdout) as Run;
  expect(run.costUsd! + run.lostUsd).toBeLessThanOrEqual(budget);
  expect((await linesOf(out)).map(({ id }) => id)).toHaveLength(120);
  // None of them was asked at the full price.
  expect(desk.model.total).toBe(total);
  expect(run.coverage.ok).toBeGreaterThan(30);
  if (share > 1) expect(run.status).toBe('complete');
});

describe('before anything is spent', () => {
  it.each([
    [['--prompt', '{{ txt }}'], /rows-\d+\.csv:2: Expected a column `txt`, which the prompt names, got "id", "text"/],
    [['--prompt', '{{ text }}', '--where', '@.x == 1'], /`--where` names, got "id", "text"/],
    [['--prompt', '{{ text }}', '--where', "@.id == 'none'"], /Expected a row of rows-\d+\.csv that/],
    [['--prompt', '{{ text }}', '--id-field', 'key'], /`--id-field` names/],
    [['--prompt', '{{ text }}', '--samples', '2', '--vote', 'label'], /`--vote` to be a field of the answer/],
    [['--prompt', '{{ text }}', '--out', 'x.txt'], /`--out` to end in \.jsonl/],
    [['--prompt', '{{ text }}', '--resume'], /Expected `--out` where there is `--resume`/],
    [[], /Expected `--prompt` or `--prompt-file`, got neither/],
  ])('refuses %j', async (words, message) => {
    const { total } = desk.model;
    const { code, stderr } = await desk.fanfold(['map', await table(3), ...words]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(desk.model.total).toBe(total);
  });

  it('names the row that has not the column, and the columns that it has', async () => {
    await writeFile(join(desk.directory, 'some.jsonl'), '{"a":1,"b":2}\n{"a":1}\n');
    const { code, stderr } = await desk.fanfold(['map', 'some.jsonl', '--prompt', '{{ b }}']);
    expect(code).toBe(2);
    expect(stderr).toContain('some.jsonl:2: Expected a column `b`, which the prompt names, got "a".');
  });

  it('refuses a column of the answer that the row has, unless something is set before it', async () => {
    await writeFile(join(desk.directory, 'both.csv'), 'text,label\nx,y\n');
    const words = ['map', 'both.csv', ...prompt, '--schema', 'label.json'];
    expect((await desk.fanfold(words)).stderr).toMatch(/other columns than the rows, got `label` in both/);
    const { stdout } = await desk.fanfold([...words, '--prefix', 'model_']);
    expect(JSON.parse(stdout)).toMatchObject({ label: 'y', model_label: 'spam' });
  });

  it('refuses a file with rows of another table', async () => {
    await writeFile(join(desk.directory, 'other.jsonl'), '{"_row":"9","_status":"ok"}\n');
    const { code, stderr } = await desk.fanfold(['map', await table(2), ...prompt, '--out', 'other.jsonl', '--resume']);
    expect(code).toBe(2);
    expect(stderr).toContain('got `_row` "9" in row 1 instead of "1"');
  });

  it('refuses to go on with rows of other columns', async () => {
    const rows = await table(2);
    const words = ['map', rows, ...prompt, '--out', `${rows}.csv`];
    await desk.fanfold(words);
    const { total } = desk.model;
    const { code, stderr } = await desk.fanfold([...words, '--schema', 'label.json', '--retry-failed', '--resume']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('`--resume` or `--retry-failed`, got both')]);
    const other = await desk.fanfold([...words, '--schema', 'label.json', '--resume']);
    expect(other.stderr).toContain(
      'to begin with the columns id,text,label,why,_row,_status,_error, got "id,text,answer,',
    );
    expect([other.code, desk.model.total]).toEqual([2, total]);
  });

  it('shows five prompts, from the first row to the last, and the most that all can cost', async () => {
    const { total } = desk.model;
    const words = ['map', await table(300), ...prompt, '--dry-run'];
    const printed = await desk.json<{ prompts: { key: string; prompt: string }[]; upperBoundUsd: number }>(words);
    expect(printed).toMatchObject({ rows: 300, asked: 300, branches: 300, counted: 'estimate' });
    expect(printed.prompts).toHaveLength(5);
    expect(printed.prompts[0]).toMatchObject({ key: '1', prompt: expect.stringContaining('Text 1, "quoted".') });
    expect(Number(printed.prompts[4]!.key)).toBeGreaterThan(280);
    expect(printed.upperBoundUsd).toBeGreaterThan(0);
    const { stdout } = await desk.fanfold(words);
    expect(stdout).toMatch(/row 1:\n {2}Is this spam\? Table/);
    expect(stdout).toMatch(/300 of 300 rows are asked about; [\d,]+ input tokens, estimated; at most \$/);
    expect(desk.model.total).toBe(total);
  });
});

it('writes Parquet, JSON arrays and gzip, takes them up again, and maps over what it wrote', async () => {
  const rows = await table(60);
  for (const ending of ['parquet', 'json', 'csv.gz', 'jsonl.gz']) {
    const out = `${rows}.${ending}`;
    const words = ['map', rows, ...prompt, '--out', out, '--attempts', '1'];
    desk.model.script({ match: 'Text 2,', times: 1, fault: { kind: 'status', status: 400 } });
    expect((await desk.fanfold([...words, '--fresh'])).code, out).toBe(3);
    expect((await desk.fanfold([...words, '--retry-failed'])).code, out).toBe(0);
    const { stdout } = await desk.fanfold(['map', out, '--prompt', 'Again {{ answer }}', '--prefix', 'second_']);
    const written = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      written.map(({ id }) => id),
      out,
    ).toEqual(Array.from({ length: 60 }, (_, row) => `r${row + 1}`));
    expect(
      written.every((row) => row.answer.includes('Text') && row.second_answer !== ''),
      out,
    ).toBe(true);
  }
});
