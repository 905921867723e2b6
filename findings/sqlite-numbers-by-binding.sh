#!/usr/bin/env bash
# Node.js 22.23.3 (npm package `node`) with node:sqlite, @photostructure/sqlite 1.2.1, which takes its place for other versions, and
# better-sqlite3 13.2.0: numbers as parameters.
# Expected: a whole number is an INTEGER, with all of them, at least the two of one interface; any size up to 2^53 is alike.
# Seen: node:sqlite and better-sqlite3 make a REAL of every number: 2 becomes "2.0" in a text and in json_object, and 5 / ? is 2.5.
# @photostructure/sqlite makes an INTEGER of what fits in 32 bits and a REAL of the rest: 5 / ? is 2, and a time in milliseconds becomes
# "1700000000000.0". A column of type INTEGER hides it; one without a type, an expression and an index on one do not. BigInt is an INTEGER with
# all three.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@22.23.3 @photostructure/sqlite@1.2.1 better-sqlite3@13.2.0 >/dev/null
cat >run.mjs <<'JS'
import { DatabaseSync as OfNode } from 'node:sqlite';
import { DatabaseSync as OfPhotostructure } from '@photostructure/sqlite';
import BetterSqlite3 from 'better-sqlite3';
for (const [name, Database] of Object.entries({ 'node:sqlite': OfNode, photostructure: OfPhotostructure, 'better-sqlite3': BetterSqlite3 })) {
  const query = new Database(':memory:').prepare("SELECT typeof(?) AS type, 'key-' || ? AS text, json_object('n', ?) AS json, 5 / ? AS divided");
  for (const value of [2, 1_700_000_000_000, 2n]) {
    const { type, text, json, divided } = query.get(value, value, value, value);
    console.log(`${name}, ${typeof value} ${value}: ${type} ${text} ${json} ${divided > 1 ? divided : 'below 1'}`);
  }
}
JS
seen=$(node_modules/node/bin/node --no-warnings run.mjs)
expected='node:sqlite, number 2: real key-2.0 {"n":2.0} 2.5
node:sqlite, number 1700000000000: real key-1700000000000.0 {"n":1700000000000.0} below 1
node:sqlite, bigint 2: integer key-2 {"n":2} 2
photostructure, number 2: integer key-2 {"n":2} 2
photostructure, number 1700000000000: real key-1700000000000.0 {"n":1700000000000.0} below 1
photostructure, bigint 2: integer key-2 {"n":2} 2
better-sqlite3, number 2: real key-2.0 {"n":2.0} 2.5
better-sqlite3, number 1700000000000: real key-1700000000000.0 {"n":1700000000000.0} below 1
better-sqlite3, bigint 2: integer key-2 {"n":2} 2'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
