#!/usr/bin/env bash
# p-queue 10.0.0, bottleneck 2.19.5, limiter 4.1.0, rate-limiter-flexible 11.4.0 (npm), aiolimiter 1.3.0 (PyPI): ten calls in two seconds; one
# call, and 1.7 s later thirty at once.
# Expected: no two seconds have more than ten calls, as an API counts them that looks back from each call.
# Seen: one of seven keeps to it, p-queue with `strict: true`, which is not the default. With all others, p-queue's carryoverConcurrencyCount
# among them, 19 calls fall within two seconds: at the edge of a window that is not moved, or out of a bucket that is full at first and fills up
# meanwhile.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund p-queue@10.0.0 bottleneck@2.19.5 limiter@4.1.0 rate-limiter-flexible@11.4.0 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check aiolimiter==1.3.0 >/dev/null
cat >run.mjs <<'JS'
import Bottleneck from 'bottleneck';
import { RateLimiter } from 'limiter';
import PQueue from 'p-queue';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
const pQueue = (options) => {
  const queue = new PQueue({ interval: 2000, intervalCap: 10, ...options });
  return (call) => queue.add(call);
};
const afterTokens = (limiter) => async (call) => { await limiter.removeTokens(1); call(); };
const reservoir = new Bottleneck({ reservoir: 10, reservoirRefreshAmount: 10, reservoirRefreshInterval: 2000 });
const limiters = {
  'p-queue': pQueue({}),
  'p-queue, carryoverConcurrencyCount': pQueue({ carryoverConcurrencyCount: true }),
  'p-queue, strict': pQueue({ strict: true }),
  bottleneck: (call) => reservoir.schedule(async () => call()),
  limiter: afterTokens(new RateLimiter({ tokensPerInterval: 10, interval: 2000 })),
  'rate-limiter-flexible': afterTokens(new RateLimiterQueue(new RateLimiterMemory({ points: 10, duration: 2 }))),
};
const mostWithin = async (add) => {
  const times = [];
  const call = () => { times.push(performance.now()); };
  const calls = [add(call)];
  await new Promise((later) => setTimeout(later, 1700));
  for (let count = 0; count < 30; count++) calls.push(add(call));
  await Promise.all(calls);
  return Math.max(...times.map((first) => times.filter((time) => time >= first && time < first + 1950).length));
};
const most = await Promise.all(Object.values(limiters).map(mostWithin));
for (const [at, name] of Object.keys(limiters).entries()) {
  console.error(`${name}: ${most[at]}`);
  console.log(`${name}: ${most[at] <= 10 ? 'kept' : 'not kept'}`);
}
process.exit();
JS
cat >run.py <<'PY'
import asyncio
import sys
import time
from aiolimiter import AsyncLimiter

async def main():
    limiter = AsyncLimiter(10, 2)
    times = []
    async def call():
        async with limiter:
            times.append(time.monotonic())
    await call()
    await asyncio.sleep(1.7)
    await asyncio.gather(*(call() for _ in range(30)))
    most = max(sum(1 for time in times if first <= time < first + 1.95) for first in times)
    print(f"aiolimiter: {most}", file=sys.stderr)
    print("aiolimiter:", "kept" if most <= 10 else "not kept")

asyncio.run(main())
PY
seen=$(node run.mjs; env/bin/python run.py)
expected='p-queue: not kept
p-queue, carryoverConcurrencyCount: not kept
p-queue, strict: kept
bottleneck: not kept
limiter: not kept
rate-limiter-flexible: not kept
aiolimiter: not kept'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
