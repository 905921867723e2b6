import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { checkRows } from '../../../src/cli/map/check-rows.js';
import { MapRows } from '../../../src/cli/map/map-rows.js';
import { itemsOf } from '../../../src/cli/map/planned-map.js';
import { RowShape } from '../../../src/cli/map/row-record.js';
import { RowsFile } from '../../../src/cli/map/rows-file.js';
import type { OutFlags } from '../../../src/cli/map/rows-file.js';
import { RowsOut } from '../../../src/cli/map/rows-out.js';
import { shareOfAsked } from '../../../src/cli/map/share-of-asked.js';
import type { Table } from '../../../src/cli/read/table-rows.js';
import type { World } from '../../../src/cli/world.js';
import type { Branch } from '../../../src/contract/run.js';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'fanfold-rows-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
});

/** A table of texts, which has the ids that are given or none. */
function rowsOf(texts: readonly string[], ids?: readonly string[]): MapRows {
  const rows = texts.map((text, at) => ({ fields: { text, ...(ids && { id: ids[at] }) }, place: `t:${at + 1}` }));
  const table = {
    title: 't',
    async *rows() {
      yield* rows;
    },
  } as unknown as Table;
  return new MapRows(table, ['About {{ text }}.'], undefined, ids && 'id');
}

const shape = new RowShape({ samples: 1, vote: undefined }, undefined, '');
const columns = ['text', 'answer', '_row', '_status', '_error'];

function branch(index: number, part: Partial<Branch> = {}): Branch {
  return { key: String(index + 1), index, status: 'ok', output: `says ${index}`, costUsd: 0, ...part } as Branch;
}
const failed = { status: 'failed', output: undefined, error: { type: 'Overloaded', message: 'Busy.' } } as const;

/** Goes through the rows as a command does that is answered so, in this order; tells what was asked, and whether all are written. */
async function mapped(rows: MapRows, flags: OutFlags, answers: Branch[], name = 'out.jsonl') {
  const file = await RowsFile.open(name, flags, { cwd } as World);
  try {
    const checked = await checkRows(rows, file, 9, () => {});
    const asked: string[] = [];
    for await (const { fields } of itemsOf(rows, file)) asked.push(String(Object.values(fields ?? {})[0]));
    expect(asked).toHaveLength(checked.asked);
    const target = await file.begin(columns);
    const out = new RowsOut(file.steps(rows.all()), target, file.format, shape, columns, undefined);
    for (const each of answers) await out.add(each);
    await out.write();
    await out.close();
    await file.close(out.isComplete, columns);
    return { asked, isComplete: out.isComplete, lost: file.lost, forGood: file.lostForGood };
  } finally {
    await file.unlock();
  }
}

const written = async (name = 'out.jsonl') =>
  (await readFile(join(cwd, name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { [column: string]: unknown });

/** A row's text, answer and status. */
const seen = async (name?: string) => (await written(name)).map((row) => [row['text'], row['answer'], row['_status']]);

describe('rows that are written', () => {
  it('stand once each in input order, whatever their answers’ order', async () => {
    const rows = rowsOf(['a', 'b', 'c']);
    const answers = [branch(2), branch(0), branch(0, { output: 'again' }), branch(1, failed)];
    expect(await mapped(rows, {}, answers)).toMatchObject({ asked: ['a', 'b', 'c'], isComplete: true, lost: 0 });
    expect(await seen()).toEqual([
      ['a', 'says 0', 'ok'],
      ['b', undefined, 'failed'],
      ['c', 'says 2', 'ok'],
    ]);
    await expect(mapped(rows, {}, [])).rejects.toThrow('Expected `out` to be new');
  });

  it('are gone on with behind the last whole one: the rest is asked about, and belongs to its own row', async () => {
    const rows = rowsOf(['a', 'b', 'c', 'd']);
    expect(await mapped(rows, {}, [branch(0), branch(1, failed), branch(3)])).toMatchObject({ isComplete: false });
    const path = join(cwd, 'out.jsonl');
    await writeFile(path, `${await readFile(path, 'utf8')}{"text":"c","ans`);
    const more = await mapped(rows, { resume: true }, [branch(1), branch(0)]);
    expect(more).toEqual({ asked: ['c', 'd'], isComplete: true, lost: 1, forGood: 1 });
    expect(await seen()).toEqual([
      ['a', 'says 0', 'ok'],
      ['b', undefined, 'failed'],
      ['c', 'says 0', 'ok'],
      ['d', 'says 1', 'ok'],
    ]);
  });

  it('that have failed are asked about alone, and the file is replaced when all of them are there (RowsFile-3)', async () => {
    const rows = rowsOf(['a', 'b', 'c', 'd']);
    await mapped(rows, {}, [branch(0), branch(1, failed), branch(2), branch(3, failed)]);
    const before = await seen();
    const half = await mapped(rows, { retryFailed: true }, [branch(0)]);
    expect(half).toEqual({ asked: ['b', 'd'], isComplete: false, lost: 2, forGood: 0 });
    expect(await seen()).toEqual(before);
    await mapped(rows, { retryFailed: true }, [branch(1), branch(0)]);
    expect(await seen()).toEqual([
      ['a', 'says 0', 'ok'],
      ['b', 'says 0', 'ok'],
      ['c', 'says 2', 'ok'],
      ['d', 'says 1', 'ok'],
    ]);
  });

  it('are not written again where the run that is attached to has them', async () => {
    const rows = rowsOf(['a', 'b']);
    await mapped(rows, {}, [branch(0)]);
    const whole = await mapped(rows, { resume: true, id: 'run' }, [branch(0, { output: 'again' }), branch(1)]);
    expect(whole).toMatchObject({ asked: ['a', 'b'], isComplete: true });
    expect(await seen()).toEqual([
      ['a', 'says 0', 'ok'],
      ['b', 'says 1', 'ok'],
    ]);
  });

  it('are those of the table as it is now, by their ids and columns (RowsFile-2)', async () => {
    await mapped(rowsOf(['a', 'b'], ['x', 'y']), {}, [branch(0), branch(1)]);
    const resumed = (rows: MapRows) => mapped(rows, { resume: true }, []);
    await expect(resumed(rowsOf(['a', 'edited'], ['x', 'y']))).rejects.toThrow('got another `text` in row 2');
    await expect(resumed(rowsOf(['a', 'b'], ['x', 'z']))).rejects.toThrow('in row 2 instead of "z"');
    await expect(resumed(rowsOf(['a'], ['x']))).rejects.toThrow('got "y" behind the last');
    await expect(resumed(rowsOf(['a', 'b'], ['x', 'x']))).rejects.toThrow(/instead of "x"|every id once/);
    expect((await written()).map((row) => row['_row'])).toEqual(['x', 'y']);
  });

  it('grow beside a name whose format cannot, and are put there when all are there (RowsFile-4)', async () => {
    const rows = rowsOf(['a', 'b']);
    await mapped(rows, {}, [branch(0)], 'out.json');
    expect(await seen('out.json.part.jsonl')).toEqual([['a', 'says 0', 'ok']]);
    expect(await mapped(rows, { resume: true }, [branch(0)], 'out.json')).toMatchObject({ asked: ['b'] });
    const whole = JSON.parse(await readFile(join(cwd, 'out.json'), 'utf8')) as { text: string; answer: string }[];
    expect(whole.map(({ text, answer }) => [text, answer])).toEqual([
      ['a', 'says 0'],
      ['b', 'says 0'],
    ]);
    const longer = rowsOf(['a', 'b', 'c']);
    expect(await mapped(longer, { resume: true }, [branch(0)], 'out.json')).toMatchObject({ asked: ['c'] });
    expect(JSON.parse(await readFile(join(cwd, 'out.json'), 'utf8'))).toHaveLength(3);
  });
});

describe('rows that are checked', () => {
  it('have each id once, and there is one at least', async () => {
    await expect(checkRows(rowsOf(['a', 'b'], ['x', 'x']), undefined, 9, () => {})).rejects.toThrow(
      't:2: Expected every id once, got "x" twice.',
    );
    await expect(checkRows(rowsOf([]), undefined, 9, () => {})).rejects.toThrow('Expected at least one row in t');
  });

  it('are all counted, the first few kept, and some shown from the first to the last', async () => {
    const texts = Array.from({ length: 200 }, (_, at) => `${at}`);
    const each: string[] = [];
    const checked = await checkRows(rowsOf(texts), undefined, 3, ({ key }) => void each.push(key));
    expect(checked).toMatchObject({ total: 200, asked: 200, columns: ['text'] });
    expect(checked.first.map(({ key }) => key)).toEqual(['1', '2', '3']);
    expect(each).toHaveLength(200);
    const shown = checked.shown.map(({ key }) => Number(key));
    expect([shown.length, shown[0]]).toEqual([5, 1]);
    expect(shown.at(-1)).toBeGreaterThan(190);
    expect(shown.toSorted((one, other) => one - other)).toEqual(shown);
  });
});

it('asks of the rows that are asked about what is missing of a share of all rows', () => {
  expect(shareOfAsked(0.9, { total: 10, asked: 10 }, 0)).toBe(0.9);
  // Seven are there, of which two have failed for good: nine of ten cannot be reached, eight can by all three.
  expect(shareOfAsked(0.8, { total: 10, asked: 3 }, 2)).toBe(1);
  expect(shareOfAsked(0.7, { total: 10, asked: 4 }, 0)).toBe(0.25);
  expect(shareOfAsked(0.3, { total: 10, asked: 4 }, 1)).toBe(0);
  expect(() => shareOfAsked(0.9, { total: 10, asked: 3 }, 2)).toThrow('Expected at least 9 of 10 rows to be ok');
});
