import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { compressors as unpackers } from 'hyparquet-compressors';

import { InputError } from '../../contract/errors.js';
import type { World } from '../world.js';
import { exactValue, withoutTypes } from './parquet-values.js';
import type { FoundRow } from './json-rows.js';
import type { Table } from './table-rows.js';

/** A page of nulls alone has nothing packed, which LZ4 writes as one byte that the reader takes for the beginning of more. */
const compressors: Compressors = {
  ...unpackers,
  LZ4: (packed, length) => (length === 0 ? new Uint8Array() : (unpackers.LZ4?.(packed, length) ?? packed)),
  LZ4_RAW: (packed, length) => (length === 0 ? new Uint8Array() : (unpackers.LZ4_RAW?.(packed, length) ?? packed)),
};

/** Most rows that are decoded together. A row group is read once unless it has more. */
const mostTogether = 100_000;

/**
 * Rows of a Parquet file, a row group at a time.
 *
 * @throws InputError where it is none, or cannot be read
 */
export async function parquetTable(path: string, world: World): Promise<Table> {
  const name = resolve(world.cwd, path);
  const { metadata, schema, file } = await opened(name, path);
  const elements = parquetSchema({ ...metadata, schema });
  // Types that the reader would round (decimals, timestamps) come as they are stored.
  const plain: FileMetaData = { ...metadata, schema: schema.map(withoutTypes) };
  return {
    title: path,
    async *rows(): AsyncGenerator<FoundRow> {
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const end = rowStart + Number(group.num_rows);
        for (; rowStart < end; rowStart = Math.min(end, rowStart + mostTogether)) {
          const rowEnd = Math.min(end, rowStart + mostTogether);
          const rows = await parquetReadObjects({
            file,
            metadata: plain,
            rowStart,
            rowEnd,
            compressors,
            utf8: false,
            geoparquet: false,
          }).catch((error: Error) => {
            throw new InputError(`Expected Parquet that can be read, got \`${path}\`: ${error.message}`);
          });
          for (const [at, row] of rows.entries()) {
            const fields = Object.fromEntries(
              elements.children.map((node) => [node.element.name, exactValue(row[node.element.name], node)]),
            );
            yield { fields, place: `${path}, row ${rowStart + at + 1}` };
          }
        }
      }
    },
  };
}

async function opened(
  name: string,
  path: string,
): Promise<{ metadata: FileMetaData; schema: SchemaElement[]; file: Awaited<ReturnType<typeof asyncBufferFromFile>> }> {
  try {
    await stat(name);
    const file = await asyncBufferFromFile(name);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    return { metadata, schema: metadata.schema, file };
  } catch (error) {
    throw new InputError(`Expected a Parquet file, got \`${path}\`: ${(error as Error).message}`);
  }
}
