#!/usr/bin/env bash
# XlsxWriter 3.2.5, openpyxl 3.1.5, pandas 2.2.3, all of PyPI, and xlsx 0.18.5 of npm: a formula that two writers wrote, read by three readers.
# Expected: neither writer calculates, so that readers find no value for the total of either, and say so: None, NaN, nothing.
# Seen: of openpyxl's workbook they do; of XlsxWriter's the total is 0, a number like any other. Both say `fullCalcOnLoad` in the workbook,
# which tells Excel to calculate, and which no reader gives to who asks for values.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check xlsxwriter==3.2.5 openpyxl==3.1.5 pandas==2.2.3 >/dev/null
npm install --silent --no-audit --no-fund --prefix . xlsx@0.18.5 >/dev/null 2>&1
cat >run.py <<'PY'
import openpyxl
import pandas
import xlsxwriter

rows = [["item", "price"], ["pump", 1200], ["hose", 30], ["total", "=SUM(B2:B3)"]]
book = xlsxwriter.Workbook("xlsxwriter.xlsx")
sheet = book.add_worksheet()
for at, row in enumerate(rows):
    sheet.write_row(at, 0, row)
book.close()
book = openpyxl.Workbook()
for row in rows:
    book.active.append(row)
book.save("openpyxl.xlsx")
for name in ("xlsxwriter", "openpyxl"):
    total = openpyxl.load_workbook(f"{name}.xlsx", data_only=True).active["B4"].value
    print(f"{name}: openpyxl {total}, pandas {pandas.read_excel(f'{name}.xlsx').iloc[2, 1]}")
PY
cat >run.cjs <<'JS'
const xlsx = require('xlsx');
for (const name of ['xlsxwriter', 'openpyxl']) {
  const [, , , total] = xlsx.utils.sheet_to_json(xlsx.readFile(`${name}.xlsx`).Sheets.Sheet1 ?? xlsx.readFile(`${name}.xlsx`).Sheets.Sheet, { header: 1 });
  console.log(`${name}: SheetJS ${total[1]}`);
}
JS
seen=$(env/bin/python run.py; node run.cjs)
expected='xlsxwriter: openpyxl 0, pandas 0
openpyxl: openpyxl None, pandas nan
xlsxwriter: SheetJS 0
openpyxl: SheetJS undefined'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
