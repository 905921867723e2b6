#!/usr/bin/env bash
# hyparquet 1.31.5, reading what hyparquet-writer 0.17.0 wrote with explicit types.
# Expected: a DECIMAL keeps its digits, as int64 does (it comes as a bigint), and a timestamp in nanoseconds its nanoseconds.
# Seen: a DECIMAL is multiplied out as a double: 0.57 of two digits becomes 0.5700000000000001, and of a number of 19
# digits the last two are lost; a timestamp is a Date, cut to milliseconds. With the type taken off the schema element in the metadata that is
# passed to the reader, the value comes as it is stored: an integer without loss, which the scale of the element divides.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund hyparquet@1.31.5 hyparquet-writer@0.17.0 >/dev/null
cat >run.mjs <<'JS'
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
const repetition_type = 'OPTIONAL';
const file = parquetWriteBuffer({
  columnData: [
    { name: 'price', data: [1234567890123456789n, 29n, 57n] },
    { name: 'at', data: [1700000000123456789n, 1n, 2n] },
  ],
  schema: [
    { name: 'root', num_children: 2 },
    { name: 'price', type: 'INT64', converted_type: 'DECIMAL', scale: 2, precision: 19, repetition_type },
    { name: 'at', type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' }, repetition_type },
  ],
});
const shown = (rows) => rows.map(({ price, at }) => `${price} ${at instanceof Date ? at.toISOString() : at}`).join('\n');
console.log(shown(await parquetReadObjects({ file })));
const metadata = parquetMetadata(file);
const plain = metadata.schema.map(({ converted_type, logical_type, ...element }) => element);
console.log(shown(await parquetReadObjects({ file, metadata: { ...metadata, schema: plain } })));
JS
seen=$(node run.mjs)
expected='12345678901234568 2023-11-14T22:13:20.123Z
0.29 1970-01-01T00:00:00.000Z
0.5700000000000001 1970-01-01T00:00:00.000Z
1234567890123456789 1700000000123456789
29 1
57 2'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
