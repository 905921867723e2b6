import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { stringify } from 'lossless-json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { writeParquetRows } from '../../../src/cli/map/parquet-out.js';
import type { RowRecord } from '../../../src/cli/map/row-record.js';
import { parseExact } from '../../../src/cli/read/json-rows.js';
import { tableOf } from '../../../src/cli/read/table-rows.js';
import type { World } from '../../../src/cli/world.js';
import { root } from '../../support/fanfold.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-parquet-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function rowsOf(name: string, text?: string): Promise<string[]> {
  if (text !== undefined) await writeFile(join(directory, name), text);
  const found: string[] = [];
  for await (const { fields } of (await tableOf(name, [], { cwd: directory } as World)).rows()) {
    found.push(stringify(fields)!);
  }
  return found;
}

describe('a table in Parquet', () => {
  it('reads Parquet: dictionary, decimals, timestamps, 64 bits, nested values, zstd', async () => {
    await copyFile(join(root, 'test/cli/map/files/types.parquet'), join(directory, 'types.parquet'));
    const [first, second, third] = await rowsOf('types.parquet');
    expect(first).toBe(
      '{"id":9007199254740993,"word":"a","price":0.10,"small":1.5,"at":"2023-11-14T22:13:20.123456789Z",' +
        '"local":"2023-11-14T22:13:20.123456","day":"2024-02-29","nested":{"city":"Rome","n":[1,2],"d":3.10},' +
        '"list":[{"k":"x"}],"map":{"a":1},"bytes":"/wA=","u64":18446744073709551615,"f":1.5,"b":true}',
    );
    expect(second).toContain('"id":-9223372036854775808');
    expect(second).toContain('"price":12345678901234567.89');
    expect(second).toContain('"small":-2.5');
    expect(second).toContain('"nested":null,"list":[],"map":{},"bytes":"abc"');
    expect(third).toContain('"at":"1969-12-31T23:59:59.999999999Z"');
  });

  it('reads Parquet of Arrow: LZ4 with a page of nulls alone, times of day, floats of 32 bits', async () => {
    await copyFile(join(root, 'test/cli/map/files/arrow.parquet'), join(directory, 'arrow.parquet'));
    expect(await rowsOf('arrow.parquet')).toEqual([
      '{"id":1,"none":null,"time":"01:02:03.456789","ms":"23:59:59.999","float":0.1,"floats":[1.1,16777216,3.4028235e+38]}',
      '{"id":2,"none":null,"time":null,"ms":"00:00:00.000","float":null,"floats":[]}',
    ]);
  });

  it('reads Parquet with intervals, as durations of ISO 8601, and with BSON, as base64', async () => {
    const interval = (months: number, days: number, ms: number) => {
      const bytes = Buffer.alloc(12);
      [months, days, ms].forEach((number, at) => bytes.writeUInt32LE(number, at * 4));
      return new Uint8Array(bytes);
    };
    const rows = [
      { id: 1, wait: interval(14, 3, 3_723_004), raw: new Uint8Array([5, 0, 0, 0, 0]) },
      { id: 2, wait: interval(0, 0, 0), raw: null },
      { id: 3, wait: interval(0, 40, 0), raw: null },
      { id: 4, wait: interval(0, 0, 4_294_967_295), raw: null },
      { id: 5, wait: null, raw: null },
    ];
    await parquetWriteRows({
      writer: fileWriter(join(directory, 'waits.parquet')),
      schema: [
        { name: 'root', num_children: 3 },
        { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
        {
          name: 'wait',
          type: 'FIXED_LEN_BYTE_ARRAY',
          type_length: 12,
          converted_type: 'INTERVAL',
          repetition_type: 'OPTIONAL',
        },
        { name: 'raw', type: 'BYTE_ARRAY', converted_type: 'BSON', repetition_type: 'OPTIONAL' },
      ],
      rows,
      columns: [{ name: 'id' }, { name: 'wait' }, { name: 'raw' }],
    });
    expect(await rowsOf('waits.parquet')).toEqual([
      '{"id":1,"wait":"P14M3DT3723.004S","raw":"BQAAAAA="}',
      '{"id":2,"wait":"PT0S","raw":null}',
      '{"id":3,"wait":"P40D","raw":null}',
      '{"id":4,"wait":"PT4294967.295S","raw":null}',
      '{"id":5,"wait":null,"raw":null}',
    ]);
  });

  it('refuses what is no Parquet by its name alone', async () => {
    await expect(rowsOf('none.parquet', 'a,b\n')).rejects.toThrow(/Expected a Parquet file, got `none.parquet`/);
  });

  it('writes Parquet whose types are those of the values', async () => {
    const rows = [
      '{"i":9007199254740993,"d":1,"t":"x","m":1,"o":{"n":12345678901234567890}}',
      '{"i":1,"d":0.5,"m":"two","o":[1]}',
    ];
    const records = rows.map((row) => parseExact(row) as RowRecord);
    async function* all() {
      yield* records;
    }
    await writeParquetRows(all, ['i', 'd', 't', 'm', 'o', 'none'], join(directory, 'out.parquet'));
    expect(await rowsOf('out.parquet')).toEqual([
      '{"i":9007199254740993,"d":1,"t":"x","m":"1","o":{"n":12345678901234567890},"none":null}',
      '{"i":1,"d":0.5,"t":null,"m":"two","o":[1],"none":null}',
    ]);
  });
});
