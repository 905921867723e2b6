#!/usr/bin/env bash
# Node 20.20.2 and 24.21.0 (package node): AbortSignal.any, whose signal is given to code that listens for `abort` and never removes the listener.
# Expected: the signal goes with the call that it was made for, as that of an AbortController does; any() keeps its sources weakly for that.
# Seen: while a signal of any() has a listener it is held, and with it all that the listener refers to: by 24 as long as one source lives, such as
# a worker's own, by 20 for as long as the process lives, also when its sources are gone. Once the listener is removed it goes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node20@npm:node@20.20.2 node24@npm:node@24.21.0 >/dev/null
cat >run.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
const rounds = 1_000;
// Alive after a collection of garbage.
const alive = () => queryObjects(AbortSignal, { format: 'count' });
const listen = (signal) => {
  const listener = () => {};
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
};
const fresh = () => new AbortController().signal;
const cases = {
  'a controller, listener left': () => listen(fresh()),
  'any, listener left': (long) => listen(AbortSignal.any([long, fresh()])),
  'any, listener left, sources gone': () => listen(AbortSignal.any([fresh(), fresh()])),
  'any, listener removed': (long) => listen(AbortSignal.any([long, fresh()]))(),
};
for (const [name, each] of Object.entries(cases)) {
  const long = fresh();
  const before = alive();
  for (let round = 0; round < rounds; round += 1) {
    each(long);
    if (round % 100 === 0) await sleep(0);
  }
  // A collection finds what was weakly held, the next one what that held.
  for (let collection = 0; collection < 3; collection += 1) {
    alive();
    await sleep(10);
  }
  console.log(`${process.version} ${name}: ${alive() - before > rounds / 2 ? 'kept' : 'gone'}`);
}
JS
seen=$(for each in node20 node24; do "node_modules/$each/bin/node" --no-warnings run.mjs; done)
expected='v20.20.2 a controller, listener left: gone
v20.20.2 any, listener left: kept
v20.20.2 any, listener left, sources gone: kept
v20.20.2 any, listener removed: gone
v24.21.0 a controller, listener left: gone
v24.21.0 any, listener left: kept
v24.21.0 any, listener left, sources gone: gone
v24.21.0 any, listener removed: gone'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
