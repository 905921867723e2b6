#!/usr/bin/env bash
# @photostructure/sqlite 1.2.1 and node:sqlite of Node 24.21.0 (package node), whose interface it has: a database in WAL mode.
# Expected: a stand-in with the same interface flushes to the disk as often as the original; and PRAGMA synchronous tells how often.
# Seen: node:sqlite stays at 2 (FULL: a commit is on the disk when it returns). The stand-in is built with DEFAULT_WAL_SYNCHRONOUS=1: its
# commits after the switch to WAL are at 1 (NORMAL: the last ones may be gone after a power cut, not after a killed process). Asked right
# after the switch it still answers 2; only after the first write, and on each later connection, 1. Set by hand, 2 stays.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund @photostructure/sqlite@1.2.1 node@24.21.0 >/dev/null
cat >run.mjs <<'JS'
const [name, file] = process.argv.slice(2);
const { DatabaseSync } = await import(name);
const synchronous = (db) => Object.values(db.prepare('PRAGMA synchronous').get())[0];
const first = new DatabaseSync(file);
first.exec('PRAGMA journal_mode = wal');
const switched = synchronous(first);
first.exec('CREATE TABLE answers (text TEXT)');
const second = new DatabaseSync(file);
const opened = synchronous(second);
second.exec('PRAGMA synchronous = full');
second.exec("INSERT INTO answers VALUES ('yes')");
console.log(`${name}: after the switch ${switched}, after a write ${synchronous(first)}, opened again ${opened}, set by hand ${synchronous(second)}`);
JS
node24=node_modules/node/bin/node
seen=$(for name in node:sqlite @photostructure/sqlite; do "$node24" --no-warnings run.mjs "$name" "${name//[^a-z]/}.db"; done)
expected='node:sqlite: after the switch 2, after a write 2, opened again 2, set by hand 2
@photostructure/sqlite: after the switch 2, after a write 1, opened again 1, set by hand 2'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
