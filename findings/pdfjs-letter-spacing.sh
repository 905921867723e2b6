#!/usr/bin/env bash
# pdfjs-dist 5.6.205 of npm: the text of a PDF whose lines are set with room between their letters (operator Tc), as headings often are.
# Expected: the words as they are in the file, for the room is a setting and no character. `pdftotext` and a reader see `TERMS OF USE`.
# Seen: from a tenth of the letters' height on there is a blank between all letters, `T E R M S`. Where the setting is just above that,
# the blanks between the words are no wider: the words of a line cannot be told any more.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --no-save pdfjs-dist@5.6.205 >/dev/null 2>&1
cat >run.mjs <<'JS'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

const line = (spacing, y) => `BT /F1 12 Tf ${spacing} Tc 72 ${y} Td (Terms of use) Tj ET`;
const content = [0, 1.1, 1.3, 3].map((spacing, at) => line(spacing, 700 - 40 * at)).join('\n');
const objects = [
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
  `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
];
let file = '%PDF-1.7\n';
const places = objects.map((object, at) => {
  const place = file.length;
  file += `${at + 1} 0 obj\n${object}\nendobj\n`;
  return `${String(place).padStart(10, '0')} 00000 n \n`;
});
const start = file.length;
file += `xref\n0 6\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
const document = await getDocument({ data: new TextEncoder().encode(file), verbosity: 0 }).promise;
const { items } = await (await document.getPage(1)).getTextContent();
const rows = new Map();
for (const { str, transform } of items) rows.set(transform[5], (rows.get(transform[5]) ?? '') + str);
for (const text of rows.values()) if (text !== '') console.log(text);
JS
seen=$(node run.mjs 2>/dev/null)
expected='Terms of use
Terms of use
T e r m s o f u s e
T e r m s o f u s e'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
