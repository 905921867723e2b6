#!/usr/bin/env bash
# pyarrow 26.0.1, duckdb 2.0.1, polars 2.1.0 (PyPI), parquet-wasm 0.8.0 with apache-arrow 21.2.0 (npm): two amounts, one of 22 digits,
# that pyarrow wrote as DECIMAL of 38 digits, and again as DECIMAL of 50 (Arrow's decimal256).
# Expected: their digits, or an error that the type is too wide.
# Seen: only pyarrow gives them, and only polars refuses. duckdb makes the column a DOUBLE: the digits after the seventeenth are gone, and what is
# grouped or joined by it is rounded. parquet-wasm's column has its digits of 38, without the point; of 50, toString of apache-arrow gives 2
# and 0 for the two amounts.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund parquet-wasm@0.8.0 apache-arrow@21.2.0 >/dev/null 2>&1
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0 >/dev/null
cat >run.py <<'PY'
from decimal import Decimal
import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

for digits in (38, 50):
    amounts = [Decimal("12345678901234567890.12"), Decimal("1.50")]
    kind = pa.decimal128(digits, 2) if digits <= 38 else pa.decimal256(digits, 2)
    pq.write_table(pa.table({"amount": pa.array(amounts, kind)}), f"amounts{digits}.parquet")
def shown(name, read):
    try:
        print(f"{name}: {read()}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
for digits in (38, 50):
    file = f"amounts{digits}.parquet"
    shown(f"pyarrow, {digits}", lambda: [str(value) for value in pq.read_table(file)["amount"].to_pylist()])
    shown(f"duckdb, {digits}", lambda: [str(value) for (value,) in duckdb.sql(f"from '{file}'").fetchall()])
    shown(f"duckdb's type, {digits}", lambda: duckdb.sql(f"describe from '{file}'").fetchall()[0][1])
    shown(f"polars, {digits}", lambda: [str(value) for value in polars.read_parquet(file)["amount"]])
PY
cat >run.mjs <<'JS'
import { tableFromIPC } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { readParquet } from 'parquet-wasm/node';
for (const digits of [38, 50]) {
  const table = tableFromIPC(readParquet(readFileSync(`amounts${digits}.parquet`)).intoIPCStream());
  console.log(`parquet-wasm, ${digits}: ${[...table.getChild('amount')].map((value) => value.toString()).join(', ')}`);
}
JS
seen=$(env/bin/python run.py 2>/dev/null; node run.mjs)
expected='pyarrow, 38: ['"'"'12345678901234567890.12'"'"', '"'"'1.50'"'"']
duckdb, 38: ['"'"'12345678901234567890.12'"'"', '"'"'1.50'"'"']
duckdb'"'"'s type, 38: DECIMAL(38,2)
polars, 38: ['"'"'12345678901234567890.12'"'"', '"'"'1.50'"'"']
pyarrow, 50: ['"'"'12345678901234567890.12'"'"', '"'"'1.50'"'"']
duckdb, 50: ['"'"'1.2345678901234567e+19'"'"', '"'"'1.5'"'"']
duckdb'"'"'s type, 50: DOUBLE
polars, 50: InvalidOperationError
parquet-wasm, 38: 1234567890123456789012, 150
parquet-wasm, 50: 2, 0'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
