#!/usr/bin/env bash
# @langchain/langgraph 1.7.3 with @langchain/core 1.4.0: three branches of one Send fan-out, of which one fails, with a checkpointer; resumed.
# Expected: what is under way is finished and kept, or is stopped; what is done is not done again.
# Seen: a sibling that was under way is told to abort by config.signal, but nothing waits for it: invoke rejects at once, the sibling that takes no
# notice of the signal runs on to its end, its answer is thrown away, and the resumed run makes it again: paid twice. Only what had ended
# before the failure is kept. The one that had ended, and the one that failed, are sent the abort too. durability 'sync' changes none of this.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/langgraph@1.7.3 @langchain/core@1.4.0 >/dev/null
cat >run.mjs <<'JS'
import { Annotation, END, MemorySaver, Send, START, StateGraph } from '@langchain/langgraph';
const State = Annotation.Root({ answers: Annotation({ reducer: (all, more) => all.concat(more), default: () => [] }), key: Annotation() });
let seen = [];
let failing = true;
const gate = () => { let open; const opened = new Promise((resolve) => { open = resolve; }); return { open, opened }; };
let [slow, ended] = [gate(), gate()];
const branch = async ({ key }, { signal }) => {
  seen.push(`${key} begins`);
  signal?.addEventListener('abort', () => seen.push(`${key} told to abort`));
  if (key === 'bad') await new Promise((later) => setTimeout(later, 50));
  if (key === 'bad' && failing) throw new Error('bad failed');
  if (key === 'slow' && failing) await slow.opened;
  seen.push(`${key} ends`);
  if (key === 'slow') ended.open();
  return { answers: [key] };
};
const graph = new StateGraph(State)
  .addNode('plan', () => ({}))
  .addNode('branch', branch)
  .addEdge(START, 'plan')
  .addConditionalEdges('plan', () => ['quick', 'slow', 'bad'].map((key) => new Send('branch', { key })))
  .addEdge('branch', END)
  .compile({ checkpointer: new MemorySaver() });
const config = { configurable: { thread_id: 'one' }, durability: 'sync' };
const error = await graph.invoke({}, config).catch((thrown) => thrown);
console.log(`rejects: ${error.message}; ${seen.toSorted().join(', ')}`);
seen = [];
slow.open();
await ended.opened;
console.log(`afterwards: ${seen.join(', ')}`);
seen = [];
failing = false;
const { answers } = await graph.invoke(null, config);
console.log(`resumed: ${answers.toSorted()}; ${seen.filter((line) => line.endsWith('begins')).toSorted().join(', ')}`);
JS
seen=$(node run.mjs 2>/dev/null)
expected='rejects: bad failed; bad begins, bad told to abort, quick begins, quick ends, quick told to abort, slow begins, slow told to abort
afterwards: slow ends
resumed: bad,quick,slow; bad begins, slow begins'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
