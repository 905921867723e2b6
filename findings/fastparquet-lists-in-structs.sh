#!/usr/bin/env bash
# fastparquet 2026.9.0 with pandas 3.1.1, reading what pyarrow 26.0.1 wrote (all PyPI): a struct with a list in it, such as an answer with its
# sources; beside it the same list as a column of its own.
# Expected: the same three values in both: no list, an empty one, one with a null. A reader that does not know the nesting says so.
# Seen: in the struct each is one step on: no list is read as an empty one, an empty list as a list with a null in it. So "looked, and found
# nothing" becomes one source, and counts of sources are wrong, without a word. As a column of its own the list is right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1 >/dev/null
cat >run.py <<'PY'
import fastparquet
import pyarrow as pa
import pyarrow.parquet as pq

lists = [None, [], [None], [7]]
nested = pa.array([{"sources": value} for value in lists], pa.struct([("sources", pa.list_(pa.int64()))]))
pq.write_table(pa.table({"sources": pa.array(lists, pa.list_(pa.int64())), "answer": nested}), "answers.parquet")
plain = lambda value: None if value is None else [None if one is None or one != one else int(one) for one in value]
frame = fastparquet.ParquetFile("answers.parquet").to_pandas()
print("written:", lists)
print("pyarrow, in the struct:", [row["answer"]["sources"] for row in pq.read_table("answers.parquet").to_pylist()])
print("fastparquet, alone:", [plain(value) for value in frame["sources"]])
print("fastparquet, in the struct:", [plain(value) for value in frame["answer.sources"]])
PY
seen=$(env/bin/python run.py 2>/dev/null)
expected='written: [None, [], [None], [7]]
pyarrow, in the struct: [None, [], [None], [7]]
fastparquet, alone: [None, [], [None], [7]]
fastparquet, in the struct: [[], [None], [None], [7]]'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
