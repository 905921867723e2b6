import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readMap } from '../../../src/cli/map/map-flags.js';
import type { MapFlags } from '../../../src/cli/map/map-flags.js';
import type { MapRow } from '../../../src/cli/map/map-rows.js';
import { jsonLinesFormat, tableFormat } from '../../../src/cli/map/row-format.js';
import { RowShape } from '../../../src/cli/map/row-record.js';
import { RowsFile } from '../../../src/cli/map/rows-file.js';
import type { OutFlags } from '../../../src/cli/map/rows-file.js';
import { RowsOut } from '../../../src/cli/map/rows-out.js';
import { shareOfAsked } from '../../../src/cli/map/share-of-asked.js';
import { parseExact } from '../../../src/cli/read/json-rows.js';
import type { Branch } from '../../../src/contract/run.js';
import type { World } from '../../../src/cli/world.js';
import type { RowAnswer } from '../../../src/fold/rows.js';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'fanfold-map-'));
});

afterAll(() => rm(cwd, { recursive: true }));

async function given(files: Record<string, string | Buffer>, flags: Partial<MapFlags>) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  return readMap({ samples: '1', prefix: '', ...flags } as MapFlags, { cwd } as World);
}

describe('a prompt file', () => {
  it.each([
    ['a byte-order mark', '\uFEFFGrüße {{ a }}\r\n'],
    ['UTF-16', Buffer.from('\uFEFFGrüße {{ a }}\r\n', 'utf16le')],
  ])('is read with %s', async (_, content) => {
    expect(await given({ 'p.md': content }, { promptFile: 'p.md' })).toMatchObject({ prompt: 'Grüße {{ a }}' });
  });

  it('in another encoding is refused with the place of what does not fit', async () => {
    const latin1 = Buffer.from('Say\nGrüße {{ a }}', 'latin1');
    await expect(given({ 'p.md': latin1 }, { promptFile: 'p.md' })).rejects.toThrow(
      'Expected `p.md` to be UTF-8 text, got an invalid byte at offset 6, on line 2.',
    );
  });
});

describe('a schema file', () => {
  const schema = (content: string | Buffer, name = 's.json') =>
    given({ [name]: content }, { prompt: 'x', schema: name });

  it.each([
    [
      'that cannot be honoured',
      '{\n  "type": "object",\n  "properties": {\n    "x": { "type": "string", "pattern": "(open" }\n  },\n  "required": ["x"],\n  "additionalProperties": false\n}',
      /^s\.json:4:30: .*Unterminated group/,
    ],
    ['that is cut', '{"type": "object",\n "properties": {', /^s\.json:2:\d+: (?!.* at line)/],
    ['in another encoding', Buffer.from('{"type":\n"stri\xfcng"}', 'latin1'), /offset 14, on line 2/],
    ['with an alias of nothing', 'type: *none', /^s\.json/],
  ])('%s is refused with file and line', async (_, content, message) => {
    await expect(schema(content)).rejects.toThrow(message);
  });
});

it('an answer whose field is a column that is kept about each row is refused, and taken under a prefix', () => {
  const fields = { type: 'object', properties: { _status: { type: 'string' } } };
  const shape = (prefix: string) => new RowShape({ samples: 1 } as RowShape['fold'], fields, prefix);
  expect(() => shape('').columns(['a'])).toThrow(
    'Expected the answer to have other columns than _row, _status, _error, got `_status`.',
  );
  expect(shape('new').columns(['a'])).toEqual(['a', 'new_status', '_row', '_status', '_error']);
});

it('a column of the rows that is called as one that is kept is refused, unless the rows are answers of an earlier run', () => {
  const shape = new RowShape({ samples: 1 } as RowShape['fold'], undefined, '');
  expect(() => shape.columns(['text', '_status'])).toThrow(
    'Expected the rows to have no column that is kept about their answers (_row, _status, _error), got `_status`.',
  );
  const earlier = ['text', '_row', '_status'];
  expect(shape.columns(earlier)).toEqual(['text', 'answer', '_row', '_status', '_error']);
  expect(shape.writtenAnew(earlier)).toEqual(['_row', '_status']);
});

describe('a file with a header and no row', () => {
  const open = async (header: string) => {
    await writeFile(join(cwd, 'bare.csv'), header);
    return RowsFile.open('bare.csv', {} as MapFlags, { cwd } as World).then((file) => file.unlock());
  };

  it('is taken up where a command that was killed has left it', async () => {
    await expect(open('text,"a ""b""",_row,_status,_error\n')).resolves.toBeUndefined();
  });

  it.each([
    ['it is not of an earlier run', 'text,other\n'],
    ['there is a row', 'text,_row,_status,_error\nx,1,ok,\n'],
    ['there is a part of a row', 'text,_row,_status,_error\n"x'],
  ])('is refused where %s', async (_, text) => {
    await expect(open(text)).rejects.toThrow('Expected `out` to be new, got `bare.csv`, which has rows.');
  });
});

describe('rows that a file has already', () => {
  const [big, nested] = [parseExact('9007199254740993'), parseExact('{"b":1.0,"a":[1e5,"x"]}')];
  const table: MapRow['fields'][] = [
    { id: big, text: 'one\r\n"two", three', none: null, nested },
    { id: 2, text: 'second', none: true, nested: 0.1 },
  ];
  const shape = new RowShape({ samples: 1 } as RowShape['fold'], undefined, '');
  const record = (status: 'ok' | 'failed', at: number) => {
    const [key, fields] = [String(at + 1), table[at]!];
    return shape.recordOf({ key, fields, place: '' }, { status, answer: 'yes' } as unknown as RowAnswer);
  };
  const lookedAt = async (ending: string, rows: MapRow['fields'][], second: 'ok' | 'failed', flags: OutFlags) => {
    const format = ending === 'csv' ? tableFormat(',') : jsonLinesFormat;
    const columns = shape.columns(['id', 'text', 'none', 'nested']);
    const text = [record('ok', 0), record(second, 1)].map((row) => format.row(row, columns));
    await writeFile(join(cwd, `old.${ending}`), format.header(columns) + text.join(''));
    const file = await RowsFile.open(`old.${ending}`, flags, { cwd } as World);
    const given = async function* given() {
      for (const [at, fields] of rows.entries()) yield { key: String(at + 1), fields, place: '' };
    };
    try {
      for await (const _ of file.seen(given()));
      return rows.map((_, at) => file.asks(at));
    } finally {
      await file.unlock();
    }
  };
  const edited = [table[0]!, { ...table[1], text: 'mended' }];

  it.each(['csv', 'jsonl'])(
    'are gone on behind where they are those of the table, digit by digit, in %s',
    async (ending) => {
      expect(await lookedAt(ending, [...table, { id: 3 }], 'ok', { resume: true })).toEqual([false, false, true]);
    },
  );

  it.each(['csv', 'jsonl'])('are refused where the table was edited since, in %s', async (ending) => {
    await expect(lookedAt(ending, edited, 'ok', { resume: true })).rejects.toThrow(
      `Expected \`old.${ending}\` to hold rows of this table as they are now, got another \`text\` in row 2.`,
    );
  });

  it('are asked about again with what was mended, where they had failed', async () => {
    expect(await lookedAt('jsonl', edited, 'failed', { retryFailed: true })).toEqual([false, true]);
  });
});

describe('the share of the rows asked about that must be ok', () => {
  it.each([
    ['of a new table is that of all', 0.9, { total: 10, asked: 10 }, 0, 0.9],
    ['is what is missing to that of all', 0.9, { total: 100, asked: 20 }, 0, 0.5],
    ['is none where the file has enough', 0.8, { total: 100, asked: 20 }, 0, 0],
    ['is larger where the file has rows that are lost for good', 0.9, { total: 100, asked: 20 }, 5, 0.75],
  ])('%s', (_, atLeast, rows, lost, share) => {
    expect(shareOfAsked(atLeast, rows, lost)).toBeCloseTo(share);
  });

  it('is refused where it cannot be reached', () => {
    expect(() => shareOfAsked(0.95, { total: 100, asked: 20 }, 6)).toThrow(
      'Expected at least 95 of 100 rows to be ok, as `at-least` says, got 6 rows of the file that are not and are not asked about.',
    );
  });
});

describe('a place that takes no more', () => {
  const rows = async function* rows() {
    yield { row: { key: '1', fields: { a: 'x' }, place: 'a.csv:2' }, isThere: false };
  };
  const branch = { key: '1', index: 0, status: 'ok', output: 'y' } as unknown as Branch;
  const shape = new RowShape({ samples: 1 } as RowShape['fold'], undefined, '');

  it('leaves the rows incomplete: what is there before is not replaced by them', async () => {
    const full = { write: () => Promise.reject(new Error('ENOSPC: no space left on device, write')) };
    const out = new RowsOut(rows(), full, jsonLinesFormat, shape, [], undefined);
    await expect(out.add(branch)).rejects.toThrow('ENOSPC');
    expect(out.isComplete).toBe(false);
    const wide = new RowsOut(rows(), { write: () => Promise.resolve() }, jsonLinesFormat, shape, [], undefined);
    await wide.add(branch);
    expect(wide.isComplete).toBe(true);
  });

  it('is named, with what to do', async () => {
    await symlink('/dev/full', join(cwd, 'full.jsonl'));
    const file = await RowsFile.open('full.jsonl', {} as MapFlags, { cwd } as World);
    const written = file.begin([]).then((target) => target.write('{}\n'));
    await expect(written).rejects.toMatchObject({
      message: expect.stringMatching(/^Expected `full\.jsonl` to take all rows, got E[A-Z]+: /),
      advice: expect.stringContaining('`--resume`'),
    });
    // A file that nobody closes ends the process with Node 26, whenever garbage is collected.
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(join('/proc/self/fd', fd)).catch(() => '')),
    );
    expect(open).not.toContain('/dev/full');
    await mkdir(join(cwd, 'folder.jsonl'));
    await expect(RowsFile.open('folder.jsonl', {} as MapFlags, { cwd } as World)).rejects.toThrow(
      'Expected `out` to be a file, got `folder.jsonl`, which is a folder.',
    );
  });
});
