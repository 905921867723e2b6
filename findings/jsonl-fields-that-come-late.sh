#!/usr/bin/env bash
# polars 2.1.0, pyarrow 26.0.1, duckdb 2.0.1 (PyPI): JSON Lines in which a field is there in the last row only, or in an object of the last row
# only.
# Expected: a column with nulls before it, or an error; at any rate the same of 150 rows and of 300,000.
# Seen: polars takes its columns from the first 100 rows and leaves out whatever comes later, without a word: of a row that failed, its error.
# pyarrow's dataset does so after its first block of 1 MB, and its read_json, in the same package, never. duckdb takes all fields of the first
# 20,480 rows, and a later one is an error. The same holds for a field in an object. polars with infer_schema_length=None leaves out none.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1 >/dev/null
cat >run.py <<'PY'
import json
import duckdb
import polars
import pyarrow.dataset
import pyarrow.json

def last(table):
    return table.slice(table.num_rows - 1).to_pylist()[0]

def by_duckdb(path):
    rows = duckdb.connect().sql(f"SELECT * FROM '{path}' WHERE key = 'last'")
    return dict(zip(rows.columns, rows.fetchall()[0]))

readers = {
    "polars": lambda path: polars.read_ndjson(path).row(-1, named=True),
    "polars, all rows": lambda path: polars.read_ndjson(path, infer_schema_length=None).row(-1, named=True),
    "pyarrow dataset": lambda path: last(pyarrow.dataset.dataset(path, format="json").to_table()),
    "pyarrow read_json": lambda path: last(pyarrow.json.read_json(path)),
    "duckdb": by_duckdb,
}
for count in (150, 300_000):
    with open("rows.jsonl", "w") as file:
        for index in range(count - 1):
            file.write(json.dumps({"key": f"row-{index}", "usage": {"input": 1}}) + "\n")
        file.write(json.dumps({"key": "last", "usage": {"input": 1, "cached": 7}, "error": "overloaded"}) + "\n")
    for name, read in readers.items():
        try:
            row = read("rows.jsonl")
            print(f"{count} rows, {name}: error {row.get('error', 'left out')}, cached {row['usage'].get('cached', 'left out')}")
        except Exception as error:
            print(f"{count} rows, {name}: {type(error).__name__}")
PY
seen=$(env/bin/python run.py)
expected='150 rows, polars: error left out, cached left out
150 rows, polars, all rows: error overloaded, cached 7
150 rows, pyarrow dataset: error overloaded, cached 7
150 rows, pyarrow read_json: error overloaded, cached 7
150 rows, duckdb: error overloaded, cached 7
300000 rows, polars: error left out, cached left out
300000 rows, polars, all rows: error overloaded, cached 7
300000 rows, pyarrow dataset: error left out, cached left out
300000 rows, pyarrow read_json: error overloaded, cached 7
300000 rows, duckdb: InvalidInputException'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
