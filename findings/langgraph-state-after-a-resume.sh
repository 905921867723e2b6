#!/usr/bin/env bash
# @langchain/langgraph 1.7.3 and core 1.4.0 (npm) with its MemorySaver: what one node put into the state, as the next node reads it, and as the node after an
# interrupt reads it.
# Expected: the same both times, as the saver is in memory and takes care to keep Map, Set and Uint8Array; or plain JSON both times.
# Seen: before the interrupt every value is the very object. After it Map, Set, RegExp and bytes are whole, but a Date is a string, NaN and Infinity are
# null, an object has lost its class and an Error its own. A graph that was tried without a pause meets this only when a person has answered.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/langgraph@1.7.3 @langchain/core@1.4.0 >/dev/null
cat >run.mjs <<'JS'
import { Annotation, Command, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
class Price { constructor(dollars) { this.dollars = dollars; } }
const put = {
  day: new Date(0), byKey: new Map([['a', 1]]), keys: new Set(['a']), pattern: /a/g, bytes: new Uint8Array([1]),
  score: NaN, limit: Infinity, price: new Price(2), error: new TypeError('failed'),
};
const kind = (value) => (value === null || typeof value !== 'object' ? String(typeof value === 'string' ? 'string' : value) : value.constructor.name);
const say = (when) => (state) => {
  if (when === 'after') interrupt('go on?');
  console.log(`${when}: ${Object.keys(put).map((key) => `${key} ${kind(state[key])}`).join(', ')}`);
  return {};
};
const state = Annotation.Root(Object.fromEntries(Object.keys(put).map((key) => [key, Annotation()])));
const graph = new StateGraph(state)
  .addNode('put', () => put)
  .addNode('before', say('before'))
  .addNode('after', say('after'))
  .addEdge(START, 'put')
  .addEdge('put', 'before')
  .addEdge('before', 'after')
  .compile({ checkpointer: new MemorySaver() });
const thread = { configurable: { thread_id: 'one' } };
await graph.invoke({}, thread);
await graph.invoke(new Command({ resume: 'yes' }), thread);
JS
seen=$(node run.mjs)
expected='before: day Date, byKey Map, keys Set, pattern RegExp, bytes Uint8Array, score NaN, limit Infinity, price Price, error TypeError
after: day string, byKey Map, keys Set, pattern RegExp, bytes Uint8Array, score null, limit null, price Object, error Error'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
