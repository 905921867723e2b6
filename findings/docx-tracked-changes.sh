#!/usr/bin/env bash
# python-docx 1.2.0, mammoth 1.13.0, docx2txt 0.9, all of PyPI: the text of one Word document that has tracked changes, a field and a control.
# Expected: all give the text as it would read with all changes accepted: the fee is 250 euros, the moved word is gone from its old place.
# Seen: no two agree. python-docx leaves out what was inserted as well as what was deleted, what a content control holds, and the value of
# a field; mammoth has the first two, not the value of a simple field; docx2txt has all three and keeps what was moved away as well.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check python-docx==1.2.0 mammoth==1.13.0 docx2txt==0.9 >/dev/null
cat >run.py <<'PY'
import docx
import docx2txt
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

document = docx.Document()
by = 'w:author="A" w:date="2026-01-01T00:00:00Z"'
run = lambda text, tag="w:t": f"<w:r><{tag}>{text}</{tag}></w:r>"
def paragraph(before, name, attributes, inner, after):
    made = document.add_paragraph(before)
    made._p.append(parse_xml(f"<w:{name} {nsdecls('w')} {attributes}>{inner}</w:{name}>"))
    made.add_run(after)
    return made
fee = paragraph("The fee is ", "del", f'w:id="1" {by}', run("100", "w:delText"), "")
fee._p.append(parse_xml(f"<w:ins {nsdecls('w')} w:id=\"2\" {by}>{run('250')}</w:ins>"))
fee.add_run(" euros.")
paragraph("Signed in", "moveFrom", f'w:id="3" {by}', run("_Bonn"), ".")
paragraph("Paid in ", "sdt", "", f"<w:sdtContent>{run('May')}</w:sdtContent>", ".")
paragraph("Due ", "fldSimple", 'w:instr=" DATE "', run("1 June"), ".")
document.save("changed.docx")
shown = lambda lines: " | ".join(line for line in lines if line)
print("python-docx:", shown(part.text for part in docx.Document("changed.docx").paragraphs))
with open("changed.docx", "rb") as file:
    print("mammoth:", shown(mammoth.extract_raw_text(file).value.split("\n")))
print("docx2txt:", shown(docx2txt.process("changed.docx").split("\n")))
PY
seen=$(env/bin/python run.py)
expected='python-docx: The fee is  euros. | Signed in. | Paid in . | Due .
mammoth: The fee is 250 euros. | Signed in. | Paid in May. | Due .
docx2txt: The fee is 250 euros. | Signed in_Bonn. | Paid in May. | Due 1 June.'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
