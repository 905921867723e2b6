#!/usr/bin/env bash
# ai 6.0.326 with @ai-sdk/anthropic 3.0.140, and @langchain/anthropic 1.5.11 with core 1.4.0: max_tokens is left out; what goes over the wire.
# Expected: about the same for one model, or an error, as the API requires the field and bills by what is written.
# Seen: each has a list of models of its own. The same call may be cut at 4,096 tokens by one and run to 128,000 by the other, 31 times as
# much; within one client a newer small model may get a quarter of the older ones' (langchain: 4,096 for claude-haiku-5-5). A model behind a
# gateway's own name gets 4,096 from both, with a warning on the console from one of them only.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ai@6.0.326 @ai-sdk/anthropic@3.0.140 @langchain/anthropic@1.5.11 @langchain/core@1.4.0 >/dev/null
cat >run.mjs <<'JS'
import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { generateText } from 'ai';
import { createServer } from 'node:http';
const sent = [];
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  sent.push(JSON.parse(text).max_tokens);
  response.writeHead(200, { 'content-type': 'application/json' });
  const usage = { input_tokens: 1, output_tokens: 1 };
  response.end(JSON.stringify({ id: 'm', type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text: 'yes' }], stop_reason: 'end_turn', stop_sequence: null, usage }));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const address = `http://127.0.0.1:${server.address().port}`;
for (const model of ['claude-opus-4-5', 'claude-opus-5-5', 'claude-haiku-5-5', 'gateway-large']) {
  sent.length = 0;
  await generateText({ model: createAnthropic({ apiKey: 'made-up', baseURL: `${address}/v1` })(model), prompt: 'Hello' });
  await new ChatAnthropic({ model, apiKey: 'made-up', anthropicApiUrl: address }).invoke('Hello');
  console.log(`${model}: ai ${sent[0]}, langchain ${sent[1]}`);
}
process.exit();
JS
seen=$(node run.mjs 2>/dev/null | grep ': ai ')
expected='claude-opus-4-5: ai 64000, langchain 16384
claude-opus-5-5: ai 128000, langchain 16384
claude-haiku-5-5: ai 128000, langchain 4096
gateway-large: ai 4096, langchain 4096'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
