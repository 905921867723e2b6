#!/usr/bin/env bash
# @anthropic-ai/sdk 1.12.0 on Node 20: a base URL with a user and a password is accepted by the constructor, and no call can be made.
# Expected: an error at construction, or the user sent as basic authentication (as curl and browsers do).
# Seen: every call ends as APIConnectionError "Connection error." without reaching the server; it is taken for a fault of the network and
# made again maxRetries times, with its waits; and the message of the cause quotes the address with the password, so that a log of causes
# has it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund @anthropic-ai/sdk@1.12.0 >/dev/null
cat >run.mjs <<'JS'
import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
let reached = 0;
const server = createServer((_, response) => { reached += 1; response.end(); }).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
for (const maxRetries of [0, 2]) {
  let made = 0;
  const baseURL = `http://user:made-up-word@127.0.0.1:${server.address().port}`;
  const client = new Anthropic({ apiKey: 'made-up', baseURL, maxRetries, fetch: (...call) => { made += 1; return fetch(...call); } });
  const body = { model: 'any', max_tokens: 1, messages: [{ role: 'user', content: 'Hello' }] };
  const error = await client.messages.create(body).catch((thrown) => thrown);
  const quoted = String(error.cause?.message).includes('made-up-word') ? 'the cause quotes the password' : 'the password is not quoted';
  console.log(`maxRetries ${maxRetries}: ${error.constructor.name} "${error.message}", made ${made}, reached ${reached}, ${quoted}`);
}
server.close();
JS
seen=$(node run.mjs)
expected='maxRetries 0: APIConnectionError "Connection error.", made 1, reached 0, the cause quotes the password
maxRetries 2: APIConnectionError "Connection error.", made 3, reached 0, the cause quotes the password'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
