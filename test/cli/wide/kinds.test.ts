import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Finding } from '../../../src/fold/findings.js';
import type { Run } from '../../../src/contract/run.js';
import { Desk } from '../../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 5, retain: { calls: 100_000, requests: 100_000 } }, 'gateway');
  await desk.serve();
});

afterAll(() => desk.close());

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(desk.directory, name), text);
  return name;
}

function findingsOf({ output }: Run): Finding[] {
  return (output as { findings: Finding[] }).findings;
}

async function linesOf(name: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(desk.directory, name), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('perspectives over many documents', () => {
  const count = 60;
  const keys = Array.from({ length: count }, (_, at) => [`d${at}/legal`, `d${at}/tax`]).flat();
  const words = ['perspectives', '--from', 'docs.jsonl', '--perspectives', 'legal,tax'];

  beforeAll(async () => {
    const rows = Array.from({ length: count }, (_, at) =>
      JSON.stringify({
        id: `d${at}`,
        text: `This is Document ${at}, which says that 100 euros are owed by the end of May.`,
      }),
    );
    await writeFile(join(desk.directory, 'docs.jsonl'), `${rows.join('\n')}\n`);
  });

  it('has a branch for each specialist and document, in input order, and an answer for each document', async () => {
    const run = await desk.json<Run>([...words, '--budget', '5']);
    expect(run).toMatchObject({ kind: 'perspectives', status: 'complete', coverage: { ok: 2 * count } });
    expect(run.branches.map(({ key }) => key)).toEqual(keys);
    const output = run.output as { key: string; answer: Record<string, string> }[];
    expect(output.map(({ key }) => key)).toEqual(Array.from({ length: count }, (_, at) => `d${at}`));
    expect(Object.keys(output[7]?.answer ?? {})).toEqual(['legal', 'tax']);
    expect(output[7]?.answer['tax']).toContain('Document 7,');
  });

  it('begins the failed readings anew, and pays for nothing else', async () => {
    desk.model.script({ match: { document: 'Document 11,' }, times: 1, fault: { kind: 'status', status: 400 } });
    const ended = await desk.json<Run>([...words, '--fresh', '--attempts', '1', '--id', 'lost-reading']);
    const lost = ended.branches.filter(({ status }) => status !== 'ok');
    expect(lost).toHaveLength(1);
    const { total } = desk.model;
    const run = await desk.json<Run>(['retry', 'lost-reading', '--budget', '1']);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: 2 * count } });
    expect(desk.model.total).toBe(total + 1);
  });

  it('writes a row for each reading, and bounds the cost beforehand', async () => {
    expect((await desk.fanfold([...words, '--out', 'readings.jsonl'])).code).toBe(0);
    expect((await linesOf('readings.jsonl')).map(({ id }) => id)).toEqual(keys);
    const bound = await desk.json<{ total: number; upperBoundUsd: number }>([...words, '--dry-run']);
    expect(bound.total).toBe(2 * count);
    expect(bound.upperBoundUsd).toBeGreaterThan(0);
    const refused = await desk.fanfold([...words, '--budget', '0.000001']);
    expect(refused.code).toBe(5);
  });

  it('takes a few files too, and refuses a fan-in over them', async () => {
    await writeFile(join(desk.directory, 'a.md'), 'First.');
    await writeFile(join(desk.directory, 'b.md'), 'Second.');
    const few = ['perspectives', 'a.md', 'b.md', '--perspectives', 'legal'];
    expect((await desk.json<Run>(few)).branches.map(({ key }) => key)).toEqual(['a.md/legal', 'b.md/legal']);
    const { code, stderr } = await desk.fanfold([...few, '--fan-in', 'synthesise']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/one document with `fan-in` synthesise, got several/);
  });
});

describe('compare over rows', () => {
  const count = 60;
  const models = ['claude-sonnet-5', 'claude-haiku-4-5'];
  const words = ['compare', 'Is this spam? {{ text }}', '--from', 'rows.csv', '--models', models.join(',')];

  beforeAll(async () => {
    const rows = Array.from({ length: count }, (_, at) => `r${at},Text ${at}.\n`);
    await writeFile(join(desk.directory, 'rows.csv'), `id,text\n${rows.join('')}`);
    const schema = {
      type: 'object',
      properties: { label: { type: 'string', enum: ['spam', 'other'] }, why: { type: 'string' } },
      required: ['label', 'why'],
      additionalProperties: false,
    };
    await writeFile(join(desk.directory, 'label.json'), JSON.stringify(schema));
  });

  it('asks every model about each row, and says how far they agree and what each cost', async () => {
    const answer = JSON.stringify({ label: 'other', why: 'It is odd.' });
    desk.model.script({ match: String.raw`Text 3\.`, times: 1, fault: { kind: 'answer', text: answer } });
    const run = await desk.json<Run>([...words, '--schema', 'label.json', '--budget', '5']);
    expect(run).toMatchObject({ kind: 'compare', status: 'complete', coverage: { ok: 2 * count } });
    expect(run.branches[1]?.key).toBe('1/claude-haiku-4-5');
    const { rows, agreement } = run.output as { rows: Record<string, unknown>[]; agreement: Record<string, unknown> };
    expect(rows).toHaveLength(count);
    expect(rows[3]).toMatchObject({ key: '4', agree: false, fields: { label: false } });
    expect(Object.keys(rows[0]?.['answer'] as object)).toEqual(models);
    expect(agreement).toMatchObject({
      rows: count,
      compared: count,
      fields: { label: (count - 1) / count },
      by: [{ key: models[0], ok: count, costUsd: expect.any(Number) }, { key: models[1] }],
    });
  });

  it('writes a row for each row with the answers of all, and a table of the whole', async () => {
    const { code, stderr } = await desk.fanfold([...words, '--schema', 'label.json', '--out', 'compared.csv']);
    expect(code).toBe(0);
    const [header, ...rows] = (await readFile(join(desk.directory, 'compared.csv'), 'utf8')).trim().split('\n');
    expect(header).toBe(
      `id,text,${models.flatMap((model) => [`${model}.label`, `${model}.why`]).join(',')},_row,_status,_error,_agree,_differ`,
    );
    expect(rows).toHaveLength(count);
    expect(stderr).toMatch(/claude-sonnet-5\s+60 of 60 ok {2}[\d.]+ % with most {2}\$/);
    expect(stderr).toMatch(/agreement [\d.]+ %/);
  });

  it('names what cannot be, before anything is spent', async () => {
    const { total } = desk.model;
    for (const [more, said] of [
      [['--best', 'judge'], /no `best` where rows are compared/],
      [['--document', 'a.md'], /`--from` or `--document`, got both/],
      [['--variant', 'x=Say {{ nothing }}'], /column `nothing`/],
    ] as const) {
      const { code, stderr } = await desk.fanfold([...words, ...more]);
      expect(stderr).toMatch(said);
      expect(code).toBe(2);
    }
    expect((await desk.fanfold(['compare', 'Say.', '--models', 'a,b', '--out', 'x.csv'])).stderr).toMatch(
      /Expected `--from` where there is `--out`/,
    );
    expect(desk.model.total).toBe(total);
  });
});

describe('a fan-in over lanes', () => {
  const count = 120;
  const words = ['summarise', '--from', 'many.jsonl', '--concurrency', '40'];

  beforeAll(async () => {
    const rows = Array.from({ length: count }, (_, at) =>
      JSON.stringify({ id: `m${at}`, text: `Paper ${at} is about trees.` }),
    );
    await writeFile(join(desk.directory, 'many.jsonl'), `${rows.join('\n')}\n`);
  });

  it('synthesises one text from all, within a bound that is known before', async () => {
    const { upperBoundUsd: bound } = await desk.json<{ upperBoundUsd: number }>([
      ...words,
      '--fan-in',
      'synthesise',
      '--dry-run',
    ]);
    const alone = await desk.json<{ upperBoundUsd: number }>([...words, '--dry-run']);
    expect(bound).toBeGreaterThan(alone.upperBoundUsd);
    const run = await desk.json<Run>([...words, '--fan-in', 'synthesise', '--budget', String(bound)]);
    expect(run).toMatchObject({ status: 'complete', coverage: { ok: count, total: count } });
    expect(run.output).toEqual(expect.any(String));
    expect(run.fanIn).toMatchObject({ how: 'synthesise', missing: [], more: { from: count - 50, missing: 0 } });
    expect(run.fanIn!.calls).toHaveLength(1);
    expect(run.costUsd).toBeLessThanOrEqual(bound);
    expect(run.costUsd).toBeCloseTo(
      [...run.branches, ...run.fanIn!.calls].reduce((sum, { costUsd }) => sum + costUsd!, 0),
      9,
    );
  });

  it('selects one of all in rounds, by judges who see few at once', async () => {
    const run = await desk.json<Run>([...words, '--fan-in', 'select', '--budget', '5']);
    const { chosen, calls } = run.fanIn!;
    // Two judges for each group of fifty, and for the winners.
    expect(calls).toHaveLength(8);
    expect(run.output).toBe(run.branches.find(({ key }) => key === chosen?.key)?.output);
  });

  it('begins no call of the fan-in that the budget has nothing for', async () => {
    const { upperBoundUsd } = await desk.json<{ upperBoundUsd: number }>([...words, '--dry-run']);
    const { code, stderr } = await desk.fanfold([
      ...words,
      '--fan-in',
      'synthesise',
      '--budget',
      String(upperBoundUsd / 100),
    ]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/the fan-in may cost/);
  });

  it('folds answers that are too long for one call as a tree, and tells what is missing', async () => {
    const answer = `This is long. ${'It goes on and on. '.repeat(500)}`;
    desk.model.script({ match: { document: 'Paper 7 ' }, times: 1, fault: { kind: 'status', status: 400 } });
    desk.model.script({ match: { document: 'Paper (?!7 )' }, times: count, fault: { kind: 'answer', text: answer } });
    const run = await desk.json<Run>([...words, '--fresh', '--attempts', '1', '--fan-in', 'synthesise']);
    expect(run).toMatchObject({ status: 'partial', coverage: { ok: count - 1 }, fanIn: { missing: ['m7'] } });
    expect(run.fanIn!.calls.length).toBeGreaterThan(3);
  });
});

describe('validate over many texts', () => {
  const own = 'checks:\n  todo: { pattern: TODO, severity: error, suggestion: task }\n';
  const words = ['validate', 'pile', '--checks-file', 'pile.yaml', '--checks', 'todo'];

  beforeAll(async () => {
    await mkdir(join(desk.directory, 'pile'), { recursive: true });
    await file('pile.yaml', own);
    await file('pile/a b.md', 'First.\nA TODO here.\n');
    await file('pile/b.md', 'Nothing.\n');
    await file('pile/c.html', '<p>One more TODO.</p>');
  });

  it('looks at each with every check, in lanes, and lists what is found by file', async () => {
    const run = await desk.json(['validate', 'pile', '--checks-file', 'pile.yaml', '--checks', 'todo,grammar']);
    expect(run).toMatchObject({ kind: 'validate', status: 'complete', coverage: { ok: 9, total: 9 } });
    expect(run.branches.map(({ key }) => key).slice(0, 3)).toEqual([
      'pile/a b.md/todo',
      'pile/a b.md/grammar',
      'pile/a b.md/grammar-local',
    ]);
    const found = findingsOf(run).filter(({ quote, check }) => quote.includes('TODO') && check.includes('todo'));
    expect(found.map(({ file: of, line }) => [of, line])).toEqual([
      ['pile/a b.md', 2],
      ['pile/c.html', 1],
    ]);
  });

  it('needs no key where all of them are patterns, and exits as with one', async () => {
    const { code, stdout } = await desk.fanfold([...words, '--fail-on', 'error'], { env: { ANTHROPIC_API_KEY: '' } });
    expect([code, stdout]).toEqual([1, expect.stringContaining('pile/a b.md:2:3: error: Matches TODO. [todo]')]);
    expect(stdout).toContain('2 errors in 2 files.');
  });

  it('makes one patch of all files, and none of what was taken out of one', async () => {
    const { stdout, stderr } = await desk.fanfold([...words, '--fix']);
    expect(stdout).toContain('--- a/pile/a b.md\t\n+++ b/pile/a b.md\t\n');
    expect(stdout).not.toContain('c.html');
    expect(stderr).toContain('1 of 3 texts are taken out of their files, and are not patched');
    const only = await desk.fanfold(['validate', 'pile/*.html', ...words.slice(2), '--fix']);
    expect([only.code, only.stderr]).toEqual([2, expect.stringContaining('Expected a text in UTF-8')]);
  });

  it('gives each finding of a SARIF log its own file', async () => {
    const { stdout } = await desk.fanfold([...words, '--format', 'sarif']);
    const { runs } = JSON.parse(stdout) as { runs: { results: { locations: unknown[]; fixes?: unknown }[] }[] };
    expect(runs[0]?.results).toMatchObject([
      {
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: 'pile/a%20b.md' }, region: { startLine: 2, startColumn: 3 } },
          },
        ],
        fixes: [{}],
      },
      { locations: [{ physicalLocation: { artifactLocation: { uri: 'pile/c.html' } } }] },
    ]);
    expect(runs[0]?.results[1]?.locations).not.toMatchObject([{ physicalLocation: { region: {} } }]);
  });

  it('holds each against the references, bounds the cost, and begins what failed anew', async () => {
    const reference = await file('known.md', 'Backups are taken every twelve hours.');
    await file('texts.jsonl', '{"id":"one","text":"Text one of two."}\n{"id":"two","text":"Text two of two."}\n');
    const rows = ['validate', '--from', 'texts.jsonl', '--checks', 'facts,tone', '--reference', reference];
    const bound = await desk.json<{ total: number; inputTokens: number }>([...rows, '--dry-run']);
    expect(bound.total).toBe(4);
    expect((await desk.fanfold([...rows, '--budget', '0.000001'])).code).toBe(5);
    desk.model.script({ match: { document: 'Text two' }, times: 1, fault: { kind: 'status', status: 400 } });
    const lost = await desk.json([...rows, '--attempts', '1', '--budget', '1', '--id', 'lost-check']);
    expect(lost).toMatchObject({ status: 'partial', coverage: { ok: 3, total: 4 } });
    const asked = desk.model.calls.filter(({ prompt }) => prompt.includes('every claim of fact')).at(-1);
    expect(JSON.stringify(asked?.request)).toContain('every twelve hours');
    const { total } = desk.model;
    const again = await desk.json(['retry', 'lost-check', '--budget', '1']);
    expect(again).toMatchObject({ status: 'complete', coverage: { ok: 4, total: 4 } });
    expect(desk.model.total).toBe(total + 1);
  });
});
