#!/usr/bin/env bash
# xlsx 0.18.5 and exceljs 4.4.0 (npm), openpyxl 3.1.5 (PyPI): a workbook that counts its days from 1904, as those from old Macs and their
# heirs do, written by openpyxl.
# Expected: the day that was written, from each; the workbook says what it counts from.
# Seen: SheetJS with cellDates is four years and a day early (2022-02-28), though the same library, asked for the text that Excel shows, has the
# right day. A duration of 30 hours is a moment of 1904 to exceljs, one of 1899 to SheetJS, and a duration to openpyxl alone.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund xlsx@0.18.5 exceljs@4.4.0 >/dev/null 2>&1
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check openpyxl==3.1.5 >/dev/null
cat >run.py <<'PY'
import datetime
import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

book = openpyxl.Workbook()
book.epoch = CALENDAR_MAC_1904
book.active["A1"] = datetime.datetime(2026, 3, 1)
book.active["A2"] = datetime.timedelta(hours=30)
book.save("book.xlsx")
print("openpyxl:", *(row[0].value for row in openpyxl.load_workbook("book.xlsx").active.iter_rows()), sep=" | ")
PY
cat >run.cjs <<'JS'
const exceljs = require('exceljs');
const xlsx = require('xlsx');
const shown = (name, values) => console.log(`${name}: ${values.map((value) => (value instanceof Date ? value.toISOString() : value)).join(' | ')}`);
const [sheet] = Object.values(xlsx.readFile('book.xlsx').Sheets);
const [ofDates] = Object.values(xlsx.readFile('book.xlsx', { cellDates: true }).Sheets);
const rows = (of, options) => xlsx.utils.sheet_to_json(of, { header: 1, ...options }).map(([value]) => value);
shown('SheetJS, cellDates', rows(ofDates));
shown('SheetJS, as stored', rows(sheet));
shown('SheetJS, as shown', rows(sheet, { raw: false }));
const book = new exceljs.Workbook();
book.xlsx.readFile('book.xlsx').then(() => shown('exceljs', [1, 2].map((row) => book.worksheets[0].getCell(row, 1).value)));
JS
seen=$(env/bin/python run.py; TZ=UTC node run.cjs)
expected='openpyxl: | 2026-03-01 00:00:00 | 1 day, 6:00:00
SheetJS, cellDates: 2022-02-28T00:00:00.000Z | 1899-12-31T06:00:00.000Z
SheetJS, as stored: 44620 | 1.25
SheetJS, as shown: 2026-03-01 0:00:00 | 30:00:00
exceljs: 2026-03-01T00:00:00.000Z | 1904-01-02T06:00:00.000Z'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
