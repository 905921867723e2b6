#!/usr/bin/env bash
# duckdb 2.0.1 (PyPI), pyarrow 26.0.1: a sum of whole numbers written to Parquet.
# Expected: DECIMAL(38, 0), which Parquet and DuckDB both have, or an error when a sum does not fit in 64 bits.
# Seen: sum() of a BIGINT is a HUGEINT, exact inside DuckDB, and COPY … TO Parquet makes a DOUBLE of it without a word, however small the
# sum is: 9007199254740993 comes back as 9007199254740992. A sum of DECIMALs stays a DECIMAL. With sum(x)::BIGINT nothing is lost.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1 >/dev/null
cat >run.py <<'PY'
import duckdb
import pyarrow.parquet as parquet
db = duckdb.connect()
db.execute("CREATE TABLE calls AS SELECT unnest([9007199254740992, 1])::BIGINT AS tokens, 0.01::DECIMAL(10, 2) AS cost")
sums = "SELECT sum(tokens) AS plain, sum(tokens)::BIGINT AS cast_back, sum(cost) AS cost FROM calls"
print("inside:", *db.execute(sums).fetchone(), db.execute(f"DESCRIBE {sums}").fetchone()[1])
db.execute(f"COPY ({sums}) TO 'sums.parquet'")
print("in the file:", *(f"{field.name} {field.type}" for field in parquet.read_schema("sums.parquet")))
print("read by duckdb:", *(f"{value}" for value in db.execute("SELECT plain::BIGINT, cast_back, cost FROM 'sums.parquet'").fetchone()))
PY
seen=$(env/bin/python run.py)
expected='inside: 9007199254740993 9007199254740993 0.02 HUGEINT
in the file: plain double cast_back int64 cost decimal128(38, 2)
read by duckdb: 9007199254740992 9007199254740993 0.02'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
