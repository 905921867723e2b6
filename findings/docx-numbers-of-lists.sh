#!/usr/bin/env bash
# mammoth 1.13.0 and markitdown 0.1.9 of PyPI, reading what python-docx 1.2.0 wrote with the styles that its own template has: clauses of a
# contract, the second with a sub-clause.
# Expected: the clauses 1, 2, 3, as Word numbers them; the sub-clause has a number of its own.
# Seen: both count the sub-clause into the list around it, so that the notice becomes clause 4, and "Clause 3" of the text is the renewal. Each
# style has a list of its own, on the first level; that it is another list is what neither looks at.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check python-docx==1.2.0 mammoth==1.13.0 'markitdown[docx]==0.1.9' >/dev/null
cat >run.py <<'PY'
import docx
import mammoth
from markitdown import MarkItDown

document = docx.Document()
for text, style in (("Fee", "List Number"), ("Term", "List Number"), ("Renewal", "List Number 2"), ("Notice", "List Number")):
    document.add_paragraph(text, style=style)
document.add_paragraph("Clause 3 outlives this contract.")
document.save("contract.docx")
with open("contract.docx", "rb") as file:
    print("mammoth:", mammoth.convert_to_html(file).value)
print("markitdown:", " | ".join(line for line in MarkItDown().convert("contract.docx").text_content.split("\n") if line))
PY
seen=$(env/bin/python run.py 2>/dev/null)
expected='mammoth: <ol><li>Fee</li><li>Term</li><li>Renewal</li><li>Notice</li></ol><p>Clause 3 outlives this contract.</p>
markitdown: 1. Fee | 2. Term | 3. Renewal | 4. Notice | Clause 3 outlives this contract.'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
