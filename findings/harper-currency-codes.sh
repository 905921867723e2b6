#!/usr/bin/env bash
# harper.js 2.10.0 with its slim dictionary, on business English.
# Expected: codes of ISO 4217 are known words, or at least left alone, as they stand in capitals before a number.
# Seen: most of the codes that Node 20 knows are spelling mistakes to it, USD is not, and the first suggestion is a word that changes the
# sense: EUR becomes Ear, CHF becomes Chef, GBP becomes Gap. The dialect is American unless it is set: "cheque" becomes "cheese" there,
# while "organise" and "licence" become their American spellings; under British all of them are right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund harper.js@2.10.0 >/dev/null
cat >run.mjs <<'JS'
import { Dialect, LocalLinter } from 'harper.js';
import { slimBinary } from 'harper.js/slimBinary';
const linter = new LocalLinter({ binary: slimBinary });
const about = async (word, text) => {
  const lints = await linter.lint(text, { language: 'plaintext' });
  const its = lints.find((lint) => text.slice(lint.span().start, lint.span().end) === word);
  return its?.suggestions()[0]?.get_replacement_text();
};
const codes = Intl.supportedValuesOf('currency');
const wrong = new Map();
for (const code of codes) {
  const suggestion = await about(code, `The fee is ${code} 11.40 a day.`);
  if (suggestion !== undefined) wrong.set(code, suggestion);
}
console.log(`most codes: ${wrong.size > codes.length * 0.75}`);
for (const code of ['EUR', 'CHF', 'GBP', 'USD']) console.log(`${code}: ${wrong.get(code) ?? 'known'}`);
for (const dialect of ['American', 'British']) {
  await linter.setDialect(Dialect[dialect]);
  const words = [];
  for (const word of ['cheque', 'organise', 'licence']) words.push(`${word} ${(await about(word, `The ${word} is here.`)) ?? 'known'}`);
  console.log(`${dialect}: ${words.join(', ')}`);
}
JS
seen=$(node run.mjs)
expected='most codes: true
EUR: Ear
CHF: Chef
GBP: Gap
USD: known
American: cheque cheese, organise organize, licence license
British: cheque known, organise known, licence known'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
