#!/usr/bin/env bash
# @anthropic-ai/sdk 1.12.0 and 0.65.0, and ai 6.0.326 with @ai-sdk/anthropic 3.0.140: the API answers 429 with Retry-After, in seconds.
# Expected: a client waits as long as it is told or gives up: the longer the header, the later the second call.
# Seen: @anthropic-ai/sdk 1 does wait. The AI SDK, as @anthropic-ai/sdk 0 did, takes a Retry-After of 60 s and more for none at all and calls again
# after its own first backoff: told 61, it is back long before the call that was told 6, and its tries are spent while the API still refuses.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ai@6.0.326 @ai-sdk/anthropic@3.0.140 new@npm:@anthropic-ai/sdk@1.12.0 old@npm:@anthropic-ai/sdk@0.65.0 >/dev/null
cat >run.mjs <<'JS'
import { createServer } from 'node:http';
import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText } from 'ai';
import Newer from 'new';
import Older from 'old';
const calls = new Map();
const order = [];
const server = createServer((request, response) => {
  request.resume();
  const [, who, seconds] = request.url.split('/');
  const made = (calls.get(request.url) ?? 0) + 1;
  calls.set(request.url, made);
  if (made === 2) order.push(`${who} ${seconds}`);
  response.writeHead(429, { 'content-type': 'application/json', 'retry-after': seconds });
  response.end(JSON.stringify({ type: 'error', error: { type: 'rate_limit_error', message: 'too many' } }));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const at = (who, seconds) => `http://127.0.0.1:${server.address().port}/${who}/${seconds}`;
const body = { model: 'any', max_tokens: 1, messages: [{ role: 'user', content: 'Hello' }] };
const makers = {
  newer: (baseURL) => new Newer({ apiKey: 'made-up', baseURL, maxRetries: 1 }).messages.create(body),
  older: (baseURL) => new Older({ apiKey: 'made-up', baseURL, maxRetries: 1 }).messages.create(body),
  ai: (baseURL) => generateText({ model: createAnthropic({ apiKey: 'made-up', baseURL })('any'), maxOutputTokens: 1, prompt: 'Hello', maxRetries: 1 }),
};
const short = Object.entries(makers).map(([who, make]) => make(at(who, 6)).catch(() => {}));
for (const [who, make] of Object.entries(makers)) make(at(who, 61)).catch(() => {});
await Promise.all(short);
for (const who of Object.keys(makers)) {
  const [long, brief] = [order.indexOf(`${who} 61`), order.indexOf(`${who} 6`)];
  console.log(`${who}: told 61, called again ${long === -1 || long > brief ? 'after' : 'before'} the call that was told 6`);
}
process.exit();
JS
seen=$(node run.mjs 2>/dev/null)
expected='newer: told 61, called again after the call that was told 6
older: told 61, called again before the call that was told 6
ai: told 61, called again before the call that was told 6'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
