import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'lossless-json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MapRows } from '../../../src/cli/map/map-rows.js';
import { RowsFile } from '../../../src/cli/map/rows-file.js';
import type { OutFlags } from '../../../src/cli/map/rows-file.js';
import { parseExact } from '../../../src/cli/read/json-rows.js';
import { RowFilter } from '../../../src/cli/read/row-filter.js';
import { tableOf } from '../../../src/cli/read/table-rows.js';
import type { World } from '../../../src/cli/world.js';

let directory: string;
let world: World;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-tables-'));
  world = { cwd: directory } as World;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function rowsOf(name: string, text?: string): Promise<string[]> {
  if (text !== undefined) await writeFile(join(directory, name), text);
  const found: string[] = [];
  for await (const { fields } of (await tableOf(name, [], world)).rows()) found.push(stringify(fields)!);
  return found;
}

describe('a table', () => {
  it.each([
    ['rows.csv', 'id;text\n1;"a;b"\n2;c\n', ['{"id":"1","text":"a;b"}', '{"id":"2","text":"c"}']],
    ['one.csv', 'text\nalone\n', ['{"text":"alone"}']],
    ['rows.tsv', 'id\ttext\n1\ta "quoted"\n', [String.raw`{"id":"1","text":"a \"quoted\""}`]],
    ['rows.json', '[{"a":1.0},\n{"a":{"b":12345678901234567890}}]', ['{"a":1.0}', '{"a":{"b":12345678901234567890}}']],
    ['rows.jsonl', '{"a":"1e5 0.10","n":1e5}\n{"n":-0}\n', ['{"a":"1e5 0.10","n":1e5}', '{"n":-0}']],
  ])('gives rows with all of their columns, digit by digit: %s', async (name, text, expected) => {
    expect(await rowsOf(name, text)).toEqual(expected);
  });

  it.each([
    ['index.csv', ',id\n0,7\n', /got none for column 1/, 'index=False'],
    ['nan.jsonl', '{"id": 1, "v": NaN}\n', /one JSON object a line/, 'JSON has no NaN and no Infinity: write null.'],
  ])('says what to do about what Python writes: %s', async (name, text, message, advice) => {
    const error = await rowsOf(name, text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(message), advice: expect.stringContaining(advice) });
  });
});

describe('a filter of rows', () => {
  const texts = { share: '.25', hex: '0x10', binary: '0b11', endless: 'Infinity' };
  const row = { price: '12', lang: 'de', 'First name': 'Ann', zip: '01234', flag: 'true', deep: { n: 3 }, ...texts };
  const takes = (text: string) => new RowFilter(text).takes(row, 'rows.csv:2');

  it.each([
    ['@.price > 9', true],
    ['@.price == 12 && @.lang == "de"', true],
    ["@.zip == '01234'", true],
    ['@.zip == 1234', true],
    ["!(@.lang == 'de') || @['First name'] == 'Ann'", true],
    ['@.flag == true', true],
    ["search(@.lang, 'e$')", true],
    ['length(@.lang) == 2', true],
    ['@.deep.n == 3', true],
    ['@.price > 0.5', true],
    ["@.share == 0.25 && @.lang != '0.25'", true],
    ['@.share < 0.2 || @.share == 0e1', false],
    ['@.price > 12', false],
    ['@.hex == 16', false],
    ['@.binary == 3', false],
    ['@.endless > 1e9', false],
    ["@.lang != 'de'", false],
  ])('compares columns: %s', (text, expected) => {
    expect(takes(text)).toBe(expected);
  });

  it.each([
    ['@.id == 9007199254740993', true],
    ['@.id == 9007199254740992', false],
    ['@.id > 9007199254740992', true],
    ['9007199254740994 > @.id', true],
    ['@.id < @.next', true],
    ['@.csv == 9007199254740993', true],
    ['@.csv != 9007199254740992', true],
    ['@.deep.price > 10', true],
    ['@.deep.price == 10.5', true],
    ['@.deep.price == 10.500000000000000001', false],
    ['@.list[?@ == 9007199254740993]', true],
    ['@.list[?@ == 9007199254740992]', false],
    ['@.huge > 1e308', true],
    ['@.huge < 1e999999999', true],
    ['-1 > @.least', true],
    ['@.least == -1.5', true],
  ])('compares numbers digit by digit: %s', (filter, expected) => {
    const exact = parseExact(
      '{"id":9007199254740993,"next":9007199254740994,"csv":"9007199254740993","deep":{"price":10.50},"list":[9007199254740993],"huge":1e400,"least":-1.50}',
    );
    expect(new RowFilter(filter).takes(exact as never, 'rows.jsonl:1')).toBe(expected);
  });

  it.each([
    ["search(@.lang, '(?i)D')", /Expected the pattern of `search` in `where` to be one of RFC 9485, without flags/],
    ['@.price >', /Expected `where` to be a filter/],
    ['@.price > 05', /invalid number literal '05'/],
    ['@.price > -05', /invalid number literal '-05'/],
    ['1 == 1 ], $[0', /Expected `where`/],
    ['$.price > 1', /name columns as @\.name/],
    ['@.price == 1 || @.price == true', /values of one type/],
    ['@.prise > 1', /rows.csv:2: Expected a column `prise`, which `--where` names, got "price"/],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => {
      const filter = new RowFilter(text);
      filter.takes(row, 'rows.csv:2');
      filter.checkColumns();
    }).toThrow(message);
  });

  it.each([
    ['@.note', [true, false, true]],
    ["@.note == 'x'", [true, false, false]],
    ["@.note != 'x'", [false, true, true]],
    ['@.note.deep > 1', [false, false, true]],
  ])('takes a column that some rows have not for nothing there: %s', (text, expected) => {
    const filter = new RowFilter(text);
    const rows = [{ note: 'x' }, { id: 2 }, { note: { deep: 2 } }];
    expect(rows.map((each) => filter.takes(each, 'rows.jsonl:1'))).toEqual(expected);
    expect(() => filter.checkColumns()).not.toThrow();
  });
});

it.each(['1234567.1234567891', '0.0000001', '0.000001', '-0', '1.0', '1e5', '9007199254740993', '12.5'])(
  'keeps the digits of %s',
  (digits) => {
    expect(stringify(parseExact(`{"n":${digits},"text":"192.168.0.1"}`))).toBe(`{"n":${digits},"text":"192.168.0.1"}`);
  },
);

it('keeps the number of a row whatever is filtered', async () => {
  await writeFile(join(directory, 'some.csv'), 'n,text\n1,a\n2,b\n3,c\n');
  const rows = new MapRows(await tableOf('some.csv', [], world), ['{{ text }}'], new RowFilter('@.n >= 2'), undefined);
  const keys: string[] = [];
  for await (const row of rows.all()) keys.push(`${row.key} ${rows.itemOf(row).fields['text']}`);
  expect(keys).toEqual(['2 b', '3 c']);
});

/** Goes through a table as a command with `--out` does; the columns are those of a table of texts. */
async function takenUp(name: string, flags: OutFlags): Promise<{ asked: string[]; file: RowsFile }> {
  const file = await RowsFile.open(name, flags, world);
  try {
    const rows = new MapRows(await tableOf('asked.csv', [], world), ['{{ text }}'], undefined, undefined);
    const keys: string[] = [];
    for await (const { key } of file.seen(rows.all())) keys.push(key);
    return { asked: keys.filter((_, at) => file.asks(at)), file };
  } finally {
    await file.unlock();
  }
}

const columns = ['text', 'answer', '_row', '_status', '_error'];

describe('a file of --out', () => {
  it.each([
    ['notes.jsonl', 'precious\n'],
    ['notes.jsonl', 'precious'],
    ['notes.jsonl', '# Title\nline two\n'],
    ['notes.jsonl', '{\n  "key": "precious"\n}\n'],
    ['notes.jsonl', '{"key": "precious"}'],
    [
      'notes.jsonl',
      '{"text":"a","_row":"1","_status":"ok"}\n{"text":"b","_r\n{"text":"b","_row":"2","_status":"ok"}\n',
    ],
    ['notes.csv', 'precious\n'],
    ['notes.csv', 'precious'],
    ['notes.csv', 'text,price\n'],
    ['notes.tsv', 'a "precious" note\n'],
    ['notes.csv', 'text,answer,_row,_status,_error\na,x,1,ok,\nnote\nb,x,2,ok,\n'],
    ['notes.json', 'precious\n'],
    ['notes.json', '{"key": "precious"}\n'],
    ['notes.json.part.jsonl', 'precious\n'],
  ])('that has something else than rows is refused, and stays: %s %j', async (name, text) => {
    await writeFile(join(directory, 'asked.csv'), 'text\na\nb\n');
    await writeFile(join(directory, name), text);
    for (const flags of [{}, { resume: true }, { retryFailed: true }, { resume: true, id: 'run' }]) {
      await expect(takenUp(name.replace('.part.jsonl', ''), flags)).rejects.toThrow(/Expected/);
      expect(await readFile(join(directory, name), 'utf8')).toBe(text);
    }
    await rm(join(directory, name));
  });

  it.each([
    ['cut.jsonl', '{"text":"a","answer":"x","_row":"1","_status":"ok"}\n', ['{', '{"text":"b","_row', '\0\0']],
    ['cut.csv', `${columns.join(',')}\na,x,1,ok,\n`, ['b', 'b,"x\nx', '\0\0']],
  ])('is taken up where a crash has cut a row: %s', async (name, whole, cuts) => {
    await writeFile(join(directory, 'asked.csv'), 'text\na\nb\n');
    for (const cut of cuts) {
      await writeFile(join(directory, name), whole + cut);
      const { asked, file } = await takenUp(name, { resume: true });
      expect(asked).toEqual(['2']);
      await file.begin(columns);
      await file.close(false, columns);
      expect(await readFile(join(directory, name), 'utf8')).toBe(whole);
    }
  });

  it('that cannot grow keeps its rows where its table has grown', async () => {
    await writeFile(join(directory, 'asked.csv'), 'text\na\nb\n');
    await writeFile(join(directory, 'grown.json'), '[{"text":"a","answer":"x","_row":"1","_status":"ok"}]\n');
    const { asked, file } = await takenUp('grown.json', { resume: true });
    expect(asked).toEqual(['2']);
    const target = await file.begin(columns);
    await target.write('{"text":"b","answer":"y","_row":"2","_status":"ok"}\n');
    await file.close(true, columns);
    expect(await rowsOf('grown.json')).toEqual([
      '{"text":"a","answer":"x","_row":"1","_status":"ok"}',
      '{"text":"b","answer":"y","_row":"2","_status":"ok"}',
    ]);
  });

  it.each(['parquet', 'json', 'jsonl.gz', 'csv.gz'])(
    'in %s is refused where its table has been edited',
    async (ending) => {
      await writeFile(join(directory, 'asked.csv'), 'text\n01\nb\n');
      const { file } = await takenUp(`edited.${ending}`, {});
      const target = await file.begin(columns);
      await target.write('{"text":"01","answer":"x","_row":"1","_status":"ok"}\n');
      await target.write('{"text":"b","answer":"y","_row":"2","_status":"ok"}\n');
      await file.close(true, columns);
      expect((await takenUp(`edited.${ending}`, { resume: true })).asked).toEqual([]);
      await writeFile(join(directory, 'asked.csv'), 'text\n01\nc\n');
      for (const flags of [{ resume: true }, { retryFailed: true }]) {
        await expect(takenUp(`edited.${ending}`, flags)).rejects.toThrow('got another `text` in row 2');
      }
    },
  );
});
