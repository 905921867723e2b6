#!/usr/bin/env bash
# langchain-text-splitters 1.1.3 and semchunk 4.1.1 of PyPI: the same words, once in paragraphs of 80 to 90 characters and once in a single one, cut into
# pieces of up to 200 with an overlap of 50; how many characters each piece shares with the one before.
# Expected: about 50 (a little less, as words stay whole) in both, as asked.
# Seen: of the single paragraph both do so. Of the paragraphs LangChain's recursive splitter shares nothing at all: only a whole paragraph may be
# shared, and none is as short as 50. So the overlap is there in texts without structure, and gone in those that have it, without a word;
# semchunk shares parts of a paragraph.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check langchain-text-splitters==1.1.3 semchunk==4.1.1 >/dev/null
cat >run.py <<'PY'
import semchunk
from langchain_text_splitters import RecursiveCharacterTextSplitter

def shared(pieces):
    most = lambda a, b: max((n for n in range(1, min(len(a), len(b)) + 1) if a[-n:] == b[:n]), default=0)
    return [most(a, b) for a, b in zip(pieces, pieces[1:])]
paragraphs = [" ".join(f"w{at}_{word}" for word in range(16)) for at in range(8)]
for name, text in (("paragraphs", "\n\n".join(paragraphs)), ("one paragraph", " ".join(paragraphs))):
    print(f"{name}, LangChain:", shared(RecursiveCharacterTextSplitter(chunk_size=200, chunk_overlap=50).split_text(text)))
    print(f"{name}, semchunk:", shared(semchunk.chunk(text, 200, len, overlap=50)))
PY
seen=$(env/bin/python run.py 2>/dev/null)
expected='paragraphs, LangChain: [0, 0, 0]
paragraphs, semchunk: [35, 49, 35, 49]
one paragraph, LangChain: [48, 45, 47, 44]
one paragraph, semchunk: [48, 50, 46, 46]'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
