#!/usr/bin/env bash
# aiolimiter 1.3.0 (PyPI), bottleneck 2.19.5, limiter 4.1.0, rate-limiter-flexible 11.4.0 (npm): a hundred tokens a second, all taken; then one call
# waits for 80, and after it 60 calls come that take 10 each, a little faster than the tokens do.
# Expected: first come, first served, as in a queue: the large call goes before all that came after it.
# Seen: so do the three of npm. aiolimiter lets whoever fits go: all 60 that came later go before the large call, and under a steady stream of
# small ones it never goes. Its wait is not bounded, however much time there is.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bottleneck@2.19.5 limiter@4.1.0 rate-limiter-flexible@11.4.0 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check aiolimiter==1.3.0 >/dev/null
cat >run.mjs <<'JS'
import Bottleneck from 'bottleneck';
import { RateLimiter } from 'limiter';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
const bottleneck = new Bottleneck({ reservoir: 100, reservoirRefreshAmount: 100, reservoirRefreshInterval: 1000 });
const limiter = new RateLimiter({ tokensPerInterval: 100, interval: 1000 });
const queue = new RateLimiterQueue(new RateLimiterMemory({ points: 100, duration: 1 }));
const limiters = {
  bottleneck: (weight) => bottleneck.schedule({ weight }, async () => {}),
  limiter: (tokens) => limiter.removeTokens(tokens),
  'rate-limiter-flexible': (tokens) => queue.removeTokens(tokens),
};
await Promise.all(Object.entries(limiters).map(async ([name, take]) => {
  for (let times = 0; times < 10; times += 1) await take(10);
  const order = [];
  const large = take(80).then(() => order.push('large'));
  for (let at = 0; at < 60; at += 1) {
    void take(10).then(() => order.push('small'));
    await new Promise((later) => setTimeout(later, 60));
  }
  await large;
  limiters[name] = order.indexOf('large');
}));
for (const [name, before] of Object.entries(limiters)) console.log(`${name}: ${before} of 60 before the large one`);
process.exit();
JS
cat >run.py <<'PY'
import asyncio
from aiolimiter import AsyncLimiter

async def main():
    limiter = AsyncLimiter(100, 1)
    for _ in range(10):
        await limiter.acquire(10)
    order = []
    async def take(tokens, name):
        await limiter.acquire(tokens)
        order.append(name)
    calls = [asyncio.create_task(take(80, "large"))]
    for _ in range(60):
        calls.append(asyncio.create_task(take(10, "small")))
        await asyncio.sleep(0.06)
    await asyncio.wait_for(asyncio.gather(*calls), 60)
    print(f"aiolimiter: {order.index('large')} of 60 before the large one")

asyncio.run(main())
PY
seen=$(node run.mjs; env/bin/python run.py)
expected='bottleneck: 0 of 60 before the large one
limiter: 0 of 60 before the large one
rate-limiter-flexible: 0 of 60 before the large one
aiolimiter: 60 of 60 before the large one'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
