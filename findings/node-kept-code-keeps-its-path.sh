#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.3, 24.21.0, 26.10.0 (npm package `node`): vm.Script with a filename, and cachedData that was made of the same source
# under another filename.
# Expected: the data is rejected, or the filename given is the one that counts.
# Seen: with Node.js 20 the data is taken (cachedDataRejected is false) and the filename given is not: stack traces name the first path, which may
# be another installation's or be gone. From 22 on the filename given counts.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat >run.cjs <<'JS'
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');
const filename = process.argv[2];
const kept = existsSync('code') && { cachedData: readFileSync('code') };
const script = new Script("(() => { throw new Error('thrown'); })", { filename, ...kept });
try {
  script.runInThisContext()();
} catch (error) {
  console.log(`${process.version}, ${filename}, rejected ${script.cachedDataRejected}: ${error.stack.split('\n')[1].trim()}`);
}
if (!kept) writeFileSync('code', script.createCachedData());
JS
seen=$(for version in 20.20.2 22.23.3 24.21.0 26.10.0; do
  npm init -y >/dev/null
  npm install --silent --no-audit --no-fund "node@$version" >/dev/null
  for filename in /first/program.js /second/program.js; do node_modules/node/bin/node --no-warnings run.cjs "$filename"; done
  rm -rf node_modules package.json package-lock.json code
done)
expected='v20.20.2, /first/program.js, rejected undefined: at /first/program.js:1:16
v20.20.2, /second/program.js, rejected false: at /first/program.js:1:16
v22.23.3, /first/program.js, rejected undefined: at /first/program.js:1:16
v22.23.3, /second/program.js, rejected false: at /second/program.js:1:16
v24.21.0, /first/program.js, rejected undefined: at /first/program.js:1:16
v24.21.0, /second/program.js, rejected false: at /second/program.js:1:16
v26.10.0, /first/program.js, rejected undefined: at /first/program.js:1:16
v26.10.0, /second/program.js, rejected false: at /second/program.js:1:16'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
