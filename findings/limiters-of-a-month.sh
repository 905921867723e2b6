#!/usr/bin/env bash
# p-throttle 8.1.1, rate-limiter-flexible 11.4.0, bottleneck 2.19.5, limiter 4.1.0, p-queue 10.0.0 (npm), Node 20.20: ten calls in 30 days, fifty asked
# for at once; and p-throttle with ten calls an hour, 6,020 asked for at once.
# Expected: ten calls go, the others wait or are refused for the rest of the month, and of the hour.
# Seen: a wait of more than 2^31 - 1 ms (24.8 days) becomes 1 ms. rate-limiter-flexible in memory forgets what was spent after a millisecond, p-throttle
# lets all through at once. With p-throttle an hour is enough: it gives each call its wait when it is asked for, so that what stands behind
# 596 full hours goes first. Bottleneck and limiter hold the month; p-queue refuses such an interval with an error.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund p-throttle@8.1.1 rate-limiter-flexible@11.4.0 bottleneck@2.19.5 limiter@4.1.0 p-queue@10.0.0 >/dev/null
cat >run.mjs <<'JS'
import Bottleneck from 'bottleneck';
import { RateLimiter } from 'limiter';
import PQueue from 'p-queue';
import pThrottle from 'p-throttle';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
const hour = 3_600_000, month = 30 * 24 * hour;
const sleep = (ms) => new Promise((later) => setTimeout(later, ms));
const throttled = (options) => pThrottle({ limit: 10, ...options })((call) => call());
const afterTokens = (limiter) => async (call) => { await limiter.removeTokens(1); call(); };
const asked = (limiter) => async (call) => {
  for (;;) {
    if (await limiter.consume('key').catch(() => false)) return call();
    await sleep(50);
  }
};
const reservoir = new Bottleneck({ reservoir: 10, reservoirRefreshAmount: 10, reservoirRefreshInterval: month });
const points = { points: 10, duration: month / 1000 };
const limiters = {
  'p-throttle, ten a month': throttled({ interval: month }),
  'p-throttle strict, ten a month': throttled({ interval: month, strict: true }),
  'rate-limiter-flexible, asked again': asked(new RateLimiterMemory(points)),
  'rate-limiter-flexible, its queue': afterTokens(new RateLimiterQueue(new RateLimiterMemory(points))),
  'bottleneck, reservoir of a month': (call) => reservoir.schedule(async () => call()),
  'limiter, ten a month': afterTokens(new RateLimiter({ tokensPerInterval: 10, interval: month })),
  'p-throttle, ten an hour': throttled({ interval: hour }),
};
for (const [name, add] of Object.entries(limiters)) {
  const many = name.endsWith('hour') ? 6020 : 50;
  const gone = [];
  for (let at = 1; at <= many; at += 1) void add(() => { gone.push(at); });
  await sleep(1000);
  console.log(`${name}: ${gone.length} of ${many} in a second${gone.length > 10 ? `, the eleventh is call ${gone[10]}` : ''}`);
}
try { new PQueue({ interval: month, intervalCap: 10 }); } catch (error) { console.log(`p-queue: ${error.name}`); }
process.exit();
JS
seen=$(node --no-warnings run.mjs)
expected='p-throttle, ten a month: 50 of 50 in a second, the eleventh is call 11
p-throttle strict, ten a month: 50 of 50 in a second, the eleventh is call 11
rate-limiter-flexible, asked again: 50 of 50 in a second, the eleventh is call 11
rate-limiter-flexible, its queue: 50 of 50 in a second, the eleventh is call 11
bottleneck, reservoir of a month: 10 of 50 in a second
limiter, ten a month: 10 of 50 in a second
p-throttle, ten an hour: 60 of 6020 in a second, the eleventh is call 5971
p-queue: TypeError'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
