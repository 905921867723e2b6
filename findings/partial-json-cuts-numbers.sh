#!/usr/bin/env bash
# ai 7.0.173, @langchain/core 1.4.0, jsonrepair 3.15.0, partial-json 0.1.7, @anthropic-ai/sdk 1.14.0 (npm); json_repair 0.64.6,
# partial-json-parser 0.2.1.1.post7, pydantic-core 2.50.5 (PyPI): JSON that is still on its way, each cut in the middle of a value.
# Expected: of a number it is not known where it ends, so that it is held back, as is a word that is not whole; texts come as far as they are
# there.
# Seen: seven of eight give 12 for a number that may become 1250: a smaller one, with nothing that says so. The Anthropic SDK holds numbers back,
# and texts too, until they are closed, so that a long text does not grow. Half a word becomes true, is left out, or is the text "tru": both
# repairers make a text of a flag.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ai@7.0.173 @langchain/core@1.4.0 jsonrepair@3.15.0 partial-json@0.1.7 @anthropic-ai/sdk@1.14.0 zod@4.6.7 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check json_repair==0.64.6 partial-json-parser==0.2.1.1.post7 pydantic-core==2.50.5 >/dev/null
cat >run.mjs <<'JS'
import { partialParse } from '@anthropic-ai/sdk/_vendor/partial-json-parser/parser';
import { parsePartialJson as ofLangchain } from '@langchain/core/output_parsers';
import { parsePartialJson } from 'ai';
import { jsonrepair } from 'jsonrepair';
import { parse } from 'partial-json';
const parsers = {
  ai: async (text) => (await parsePartialJson(text)).value,
  langchain: ofLangchain,
  jsonrepair: (text) => JSON.parse(jsonrepair(text)),
  'partial-json': (text) => parse(text),
  anthropic: partialParse,
};
for (const [name, parser] of Object.entries(parsers)) {
  const seen = await Promise.all(['{"n":12', '{"n":tru', '{"n":"hal'].map(async (text) => JSON.stringify(await parser(text))));
  console.log(`${name}: ${seen.join(' ')}`);
}
JS
cat >run.py <<'PY'
import json
import json_repair
import partial_json_parser
import pydantic_core

parsers = {
    "json_repair": json_repair.loads,
    "partial-json-parser": partial_json_parser.loads,
    "pydantic-core": lambda text: pydantic_core.from_json(text, allow_partial="trailing-strings"),
}
for name, parser in parsers.items():
    print(f"{name}:", *(json.dumps(parser(text), separators=(",", ":")) for text in ('{"n":12', '{"n":tru', '{"n":"hal')))
PY
seen=$(node run.mjs; env/bin/python run.py)
expected='ai: {"n":12} {"n":true} {"n":"hal"}
langchain: {"n":12} {"n":true} {"n":"hal"}
jsonrepair: {"n":12} {"n":"tru"} {"n":"hal"}
partial-json: {"n":12} {"n":true} {"n":"hal"}
anthropic: {} {} {}
json_repair: {"n":12} {"n":"tru"} {"n":"hal"}
partial-json-parser: {"n":12} {"n":true} {"n":"hal"}
pydantic-core: {"n":12} {} {"n":"hal"}'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
