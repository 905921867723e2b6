import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { csvRows } from '../../src/cli/read/csv-rows.js';
import { checkDocuments } from '../../src/cli/read/document-source.js';
import { jsonArray, jsonLines } from '../../src/cli/read/json-rows.js';
import { rowsSource } from '../../src/cli/read/rows-source.js';
import { OutFile } from '../../src/cli/run/out-file.js';
import type { DocumentSource } from '../../src/cli/read/document-source.js';
import type { World } from '../../src/cli/world.js';
import type { Branch } from '../../src/contract/run.js';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'fanfold-rows-test-'));
});

afterAll(() => rm(cwd, { recursive: true }));

const fields = { idField: 'id', textField: 'text' };

function worldWith(stdin: readonly Buffer[] = []): World {
  return { cwd, stdin: Readable.from(stdin) } as unknown as World;
}

async function pairsOf(source: DocumentSource): Promise<[string, string][]> {
  const pairs: [string, string][] = [];
  for await (const { key, text } of source.items()) pairs.push([key, text]);
  return pairs;
}

/** Ids and texts, gone through twice, as a run does. */
async function rows(bytes: string | Buffer, name = 'rows.jsonl'): Promise<[string, string][]> {
  await writeFile(join(cwd, name), bytes);
  const source = rowsSource(name, fields, worldWith());
  const first = await pairsOf(source);
  expect(await pairsOf(source)).toEqual(first);
  return first;
}

const two = [
  ['a', 'One.'],
  ['b', 'Two.'],
];
const lines = '{"id":"a","text":"One."}\n{"id":"b","text":"Two."}\n';
const array = '[ {"id":"a","text":"One."},\n {"id":"b","text":"Two."} ]\n';
const bom = '\uFEFF';

describe('rows are read from', () => {
  it.each([
    ['JSON Lines', lines],
    ['JSON Lines without a line break at the end', lines.trim()],
    ['CRLF', lines.replaceAll('\n', '\r\n')],
    ['CR', lines.replaceAll('\n', '\r')],
    ['a byte-order mark', bom + lines],
    ['a byte-order mark inside, of files put together', lines.replace('\n', `\n${bom}`)],
    ['UTF-16', Buffer.from(bom + lines, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(bom + lines, 'utf16le').swap16()],
    ['blank lines', `\n \n${lines.replace('\n', '\n\n')}`],
    ['a JSON array', array],
    ['a JSON array on one line', JSON.stringify(two.map(([id, text]) => ({ id, text, more: [{ a: '],[' }] })))],
    ['a JSON array with a byte-order mark and CRLF', bom + array.replaceAll('\n', '\r\n')],
    ['gzip', gzipSync(lines)],
    ['gzip of two members', Buffer.concat(lines.split(/(?<=\n)/).map((line) => gzipSync(line)))],
    ['gzip of an array', gzipSync(array)],
  ])('%s', async (_, bytes) => {
    expect(await rows(bytes)).toEqual(two);
    expect(await rows(bytes, 'no-ending')).toEqual(two);
    const stdin = rowsSource('-', fields, worldWith([Buffer.from(bytes)]));
    for (let time = 0; time < 2; time += 1) {
      expect(await pairsOf(stdin)).toEqual(two);
    }
  });

  it.each([
    ['CSV', 'id,text\na,One.\nb,Two.\n'],
    ['CSV with quotes', '"text","id"\r\n"One.","a"\r\n"Two.","b"\r\n'],
    ['CSV with a byte-order mark', `${bom}id,text\r\na,One.\r\nb,Two.`],
    ['CSV with semicolons', 'id;n;text\na;1,5;One.\nb;2,5;Two.\n'],
    ['CSV that says what parts it', 'sep=;\r\nid;text\r\na;One.\r\nb;Two.\r\n'],
    ['TSV', 'id\ttext\na\tOne.\nb\tTwo.\n'],
    ['CSV with blank rows', 'id,text\n\na,One.\n,\nb,Two.\n,\n'],
    ['gzip of CSV', gzipSync('id,text\na,One.\nb,Two.\n')],
  ])('%s', async (_, bytes) => {
    expect(await rows(bytes, 'no-ending')).toEqual(two);
    expect(await rows(bytes, 'rows.csv.gz')).toEqual(two);
    expect(await rows(bytes, 'rows.tsv')).toEqual(two);
  });
});

describe('what a row says is kept', () => {
  it.each(['1749023456789012345', '12345678901234567890', '7', '-7', '1.0', '1e3', '0'])('the id %s', async (id) => {
    expect(await rows(`{"id":${id},"text":"One."}\n`)).toEqual([[id, 'One.']]);
    expect(await rows(`[{"text":"\\"id\\": 3","nested":{"id": 4},"id": ${id}}]`)).toEqual([[id, '"id": 3']]);
    expect(await rows(`id,text\n${id},One.\n`, 'rows.csv')).toEqual([[id, 'One.']]);
  });

  it.each(['\u2028', '\u2029', '\u0085', '\u000b'])('%j inside a text', async (character) => {
    const text = `One${character}sentence.`;
    // Controls are escaped in JSON, line separators are not.
    expect(await rows(`${JSON.stringify({ id: 'a', text })}\n`)).toEqual([['a', text]]);
    expect(await rows(`id,text\na,${text}\n`, 'rows.csv')).toEqual([['a', text]]);
  });

  it('fields of several lines, with quotes and delimiters', async () => {
    const csv = 'id,text\n1,"One, ""two"",\n\nthree."\n2,Four.\n';
    expect(await rows(csv, 'rows.csv')).toEqual([
      ['1', 'One, "two",\n\nthree.'],
      ['2', 'Four.'],
    ]);
    expect(await rows('id\ttext\n1\tA 5" pipe.\n', 'rows.tsv')).toEqual([['1', 'A 5" pipe.']]);
  });

  it('wherever its bytes are cut', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', ',', '[', '}', '\u2028', 'é', '語', '😀'),
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        async (texts, size) => {
          const given = texts.map((each, at) => ({ id: String(at), text: `${each}.` }));
          const expected = given.map(({ id, text: each }) => [id, each]);
          const csv = ['id,text', ...given.map((row) => `${row.id},"${row.text.replaceAll('"', '""')}"`)].join('\r\n');
          for (const whole of [
            given.map((row) => JSON.stringify(row)).join('\r\n'),
            JSON.stringify(given, null, 1),
            csv,
          ]) {
            const bytes = Buffer.from(whole);
            const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
              bytes.subarray(at * size, (at + 1) * size),
            );
            const source = rowsSource('-', fields, worldWith(pieces));
            expect(await pairsOf(source)).toEqual(expected);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('what is no row is refused with its line', () => {
  const latin = (text: string) => Buffer.from(text, 'latin1');
  it.each<[string, string | Buffer, string]>([
    ['a.jsonl', '{"id":"a","text":"x"}\nnot json\n', 'a.jsonl:2: Expected one JSON object a line, got "not json".'],
    ['a.jsonl', '{"id":"a","text":"x"}\n7\n', 'a.jsonl:2: Expected one JSON object a line, got "7".'],
    ['a.jsonl', latin('{"id":"a","text":"x"}\n{"id":"b","text":"Caf\xe9"}\n'), 'a.jsonl:2: Expected UTF-8 text'],
    ['a.json', latin('[{"id":"a",\n"text":"x"},\n{"id":"b","text":"Caf\xe9"}]'), 'a.json:3: Expected UTF-8 text'],
    ['a.csv', latin('id,text\na,x\nb,Caf\xe9\n'), 'a.csv:3: Expected UTF-8 text, got "b,Caf\uFFFD"'],
    ['a.jsonl', Buffer.from('{"id":"a","text":"€').subarray(0, -1), 'a.jsonl:1: Expected UTF-8 text'],
    ['a.jsonl.gz', gzipSync(latin('\n{"id":"b","text":"Caf\xe9"}\n')), 'a.jsonl.gz:2: Expected UTF-8 text'],
    ['a.json', '[{"id":"a","text":"x"},\n\n  {"id":"b"}]', 'a.json:3: Expected `text` to be a text, got nothing.'],
    ['a.json', '[{"id":"a","text":"x"},\n]', 'a.json:2: Expected a JSON object, got "".'],
    ['a.json', '[{"id":"a","text":"x"}', 'Expected `]` at the end of the array'],
    ['a.json', '[{"id":"a","text":"x"}]\n[', 'a.json:2: Expected nothing behind the array, got "[".'],
    ['a.json', '["a"]', 'a.json:1: Expected a JSON object, got "\\"a\\"".'],
    ['a.csv', 'id,text\na,x\nb,y,z\n', 'a.csv:3: Expected 2 fields, as the header has, got 3: "b,y,z".'],
    ['a.csv', 'id,text\n"a\nb",x\nb,"y\nz",w\n', 'a.csv:4: Expected 2 fields, as the header has, got 3'],
    [
      'a.csv',
      'id,text\na,"x\nb,y\n',
      'a.csv:2: Expected a quoted field to end, got the end of the file: "a,\\"x\\nb,y".',
    ],
    ['a.csv', 'id,text\na,x"y"\n', 'a.csv:2: Expected CSV, got "a,x\\""'],
    ['a.csv', 'key,text\na,x\n', 'a.csv:1: Expected a header row with `id` and `text`, got "key,text\\na,x'],
    ['a.csv', 'id,text,id\na,x,b\n', 'a.csv:1: Expected every column once, got "id" twice.'],
    ['a.csv', 'id,text\na, \n', 'a.csv:2: Expected `text` to be a text, got " ".'],
    ['a.csv', 'id,text\n', 'Expected at least one document in a.csv, got none.'],
    [
      'a',
      'some words\nand more\n',
      'a: Expected JSON Lines, a JSON array, or CSV or TSV with a header row, got "some words',
    ],
    ['a.jsonl', Buffer.from('PK\u0003\u0004\0\0\0\0\0\0\0\0'), 'Expected rows of text in a.jsonl, got a binary file.'],
    ['a.jsonl.gz', gzipSync(lines).subarray(0, -9), 'Expected `a.jsonl.gz` to be whole gzip, got one that breaks off.'],
    ['.', '', 'Expected a readable file, got `.`'],
  ])('%s %j', async (name, bytes, message) => {
    if (name !== '.') await writeFile(join(cwd, name), bytes);
    const source = rowsSource(name, fields, worldWith());
    await expect(checkDocuments(source, 1, () => {})).rejects.toThrow(message);
  });
});

it('rows of --out are taken up again where they end, by bytes', async () => {
  const whole = '{"id":"a","status":"ok","summary":"Überall."}\n';
  const file = join(cwd, 'out.jsonl');
  await writeFile(file, Buffer.from(`${whole}{"id":"b","summary":"Ü`).subarray(0, -1));
  const ids = Readable.from(['a', 'b']) as AsyncIterable<string>;
  const out = await OutFile.open('out.jsonl', ids, worldWith());
  await out.close();
  expect(await readFile(file, 'utf8')).toBe(whole);
});

const rowOfA = '{"id":"a","status":"ok","summary":"One."}\n';

it.each([
  ['my precious notes\n', 'got "my precious notes" in line 1'],
  ['my precious notes', 'got "my precious notes" in line 1'],
  ['# Title\n\nMore.\n', 'got "# Title" in line 1'],
  ['\n', 'got "" in line 1'],
  ['[{"id":"a"}]', 'in line 1'],
  [`${rowOfA}{"id":"b","sta\n{"id":"c","status":"ok"}\n`, String.raw`got "{\"id\":\"b\",\"sta" in line 2`],
  [`${rowOfA}\0\0\0\n`, 'in line 2'],
  [`${rowOfA}{"id":"c","sta`, 'in line 2'],
  [`${rowOfA}${rowOfA.replace('"a"', '"b"')}more`, 'got "more" in line 3'],
])('what is no row of --out is refused, and stays: %j', async (text, message) => {
  const file = join(cwd, 'notes.txt');
  await writeFile(file, text);
  const ids = () => Readable.from(['a', 'b']) as AsyncIterable<string>;
  await expect(OutFile.open('notes.txt', ids(), worldWith())).rejects.toThrow(message);
  await expect(OutFile.check('notes.txt', ids(), worldWith())).rejects.toThrow(message);
  expect(await readFile(file, 'utf8')).toBe(text);
});

it.each(['', '{', '{"id":"b"', '{"id":"b","status":"ok","summary":"Two."}', '{"id":"\0\0\0', '\0\0\0'])(
  'a row of --out that a crash has cut is written anew: %j',
  async (cut) => {
    const file = join(cwd, 'cut.jsonl');
    await writeFile(file, rowOfA + cut);
    const out = await OutFile.open('cut.jsonl', Readable.from(['a', 'b']) as AsyncIterable<string>, worldWith());
    await out.add({ key: 'b', index: 1, status: 'ok', output: 'Two.' } as Branch);
    await out.close();
    expect(await readFile(file, 'utf8')).toBe(`${rowOfA}{"id":"b","status":"ok","summary":"Two."}\n`);
  },
);

it.each<[string, (id: number) => string, (texts: AsyncIterable<string>) => AsyncIterable<unknown>]>([
  ['JSON Lines', (id) => `{"id":${id}}\n`, (texts) => jsonLines(texts, 'id', 'a')],
  ['a JSON array', (id) => `${id === 0 ? '[' : ','}{"id":${id}}`, (texts) => jsonArray(texts, 'id', 'a')],
  ['CSV', (id) => `${id},x\n`, (texts) => csvRows(texts, { columns: ['id', 'text'], delimiter: ',', above: 0 }, 'a')],
])('a hundred thousand rows of %s are not read far ahead of whoever takes them', async (_, row, read) => {
  let given = 0;
  async function* texts() {
    for (; given < 100_000; given += 1) yield row(given);
    yield ']'.slice(0, row(0).startsWith('[') ? 1 : 0);
  }
  let taken = 0;
  let ahead = 0;
  for await (const _row of read(texts())) {
    taken += 1;
    ahead = Math.max(ahead, given - taken);
  }
  expect(taken).toBeGreaterThanOrEqual(99_999);
  expect(ahead).toBeLessThan(10_000);
});
