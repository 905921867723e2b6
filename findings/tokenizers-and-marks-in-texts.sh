#!/usr/bin/env bash
# gpt-tokenizer 4.0.0 and js-tiktoken 1.0.21 (npm), both with o200k_base: the tokens of texts that speak of a model's own marks, such as a page
# about prompts.
# Expected: one vocabulary, one count; a text is a text, and counting or asking whether it is within a limit never fails.
# Seen: both throw at <|endoftext|>, in countTokens and isWithinTokenLimit as well. At <|im_start|> only gpt-tokenizer throws, as it counts the
# marks of chats as special in o200k_base too; js-tiktoken counts it as six tokens of text. Told to, both count either mark as text, and alike.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund gpt-tokenizer@4.0.0 js-tiktoken@1.0.21 >/dev/null
cat >run.mjs <<'JS'
import { countTokens, encode, isWithinTokenLimit } from 'gpt-tokenizer/encoding/o200k_base';
import { getEncoding } from 'js-tiktoken';
const tiktoken = getEncoding('o200k_base');
const counts = {
  'js-tiktoken encode': (text) => tiktoken.encode(text).length,
  'js-tiktoken encode, as text': (text) => tiktoken.encode(text, [], []).length,
  'gpt-tokenizer encode': (text) => encode(text).length,
  'gpt-tokenizer countTokens': (text) => countTokens(text),
  'gpt-tokenizer isWithinTokenLimit': (text) => isWithinTokenLimit(text, 1000),
  'gpt-tokenizer encode, as text': (text) => encode(text, { disallowedSpecial: new Set() }).length,
};
const tried = (count, text) => { try { return count(text); } catch { return 'throws'; } };
for (const [name, count] of Object.entries(counts)) console.log(`${name}: ${['plain', '<|endoftext|>', '<|im_start|>'].map((text) => tried(count, text)).join(', ')}`);
JS
seen=$(node run.mjs)
expected='js-tiktoken encode: 1, throws, 6
js-tiktoken encode, as text: 1, 7, 6
gpt-tokenizer encode: 1, throws, throws
gpt-tokenizer countTokens: 1, throws, throws
gpt-tokenizer isWithinTokenLimit: 1, throws, throws
gpt-tokenizer encode, as text: 1, 7, 6'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
