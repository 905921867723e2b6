import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readMap } from '../../../src/cli/map/map-flags.js';
import type { MapFlags } from '../../../src/cli/map/map-flags.js';
import { RowShape } from '../../../src/cli/map/row-record.js';
import type { World } from '../../../src/cli/world.js';

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
