#!/usr/bin/env bash
# @langchain/anthropic 1.5.11 with core 1.4.0 (npm), langchain-anthropic 1.7.10 with core 1.8.3 (PyPI): the usage_metadata of one answer whose
# 100,000 tokens of input were written to the cache for an hour, whole and streamed, from one server.
# Expected: four times the same: it is one answer, and what it costs does not depend on how it was carried.
# Seen: Python's whole answer has 0 under cache_creation and the tokens under a key of their own, ephemeral_1h_input_tokens; streamed it has
# them under cache_creation, without a word of the hour, as TypeScript has them always. And TypeScript, streaming, counts the first token that
# the stream begins with once more: 4 for 3 here, which short answers notice.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/anthropic@1.5.11 @langchain/core@1.4.0 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check langchain-anthropic==1.7.10 langchain-core==1.8.3 >/dev/null
cat >run.mjs <<'JS'
import { ChatAnthropic } from '@langchain/anthropic';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
const cached = { input_tokens: 10, cache_creation_input_tokens: 100000, cache_read_input_tokens: 0 };
const usage = { ...cached, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100000 }, output_tokens: 3 };
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  if (!JSON.parse(text).stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...message, content: [{ type: 'text', text: 'yes' }], stop_reason: 'end_turn', usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const events = [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'yes' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { ...cached, output_tokens: 3 } },
    { type: 'message_stop' },
  ];
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const anthropicApiUrl = `http://127.0.0.1:${server.address().port}`;
const model = new ChatAnthropic({ model: 'claude-opus-5-5', maxTokens: 9, apiKey: 'made-up', anthropicApiUrl });
const shown = (name, { input_tokens, output_tokens, input_token_details: { cache_creation, ephemeral_1h_input_tokens } }) =>
  console.log(`${name}: input ${input_tokens}, output ${output_tokens}, cache_creation ${cache_creation}, for an hour ${ephemeral_1h_input_tokens ?? '-'}`);
shown('TypeScript, whole', (await model.invoke('Yes?')).usage_metadata);
let all;
for await (const chunk of await model.stream('Yes?')) all = all?.concat(chunk) ?? chunk;
shown('TypeScript, streamed', all.usage_metadata);
const python = spawn('env/bin/python', ['run.py'], { env: { ...process.env, BASE: anthropicApiUrl }, stdio: ['ignore', 'inherit', 'ignore'] });
python.on('close', () => process.exit());
JS
cat >run.py <<'PY'
import os
from functools import reduce
from operator import add
from langchain_anthropic import ChatAnthropic

model = ChatAnthropic(model="claude-opus-5-5", max_tokens=9, api_key="made-up", base_url=os.environ["BASE"])
def shown(name, usage):
    details = usage["input_token_details"]
    hour = details.get("ephemeral_1h_input_tokens", "-")
    print(f"{name}: input {usage['input_tokens']}, output {usage['output_tokens']}, cache_creation {details['cache_creation']}, for an hour {hour}")
shown("Python, whole", model.invoke("Yes?").usage_metadata)
shown("Python, streamed", reduce(add, model.stream("Yes?")).usage_metadata)
PY
seen=$(node run.mjs)
expected='TypeScript, whole: input 100010, output 3, cache_creation 100000, for an hour -
TypeScript, streamed: input 100010, output 4, cache_creation 100000, for an hour -
Python, whole: input 100010, output 3, cache_creation 0, for an hour 100000
Python, streamed: input 100010, output 3, cache_creation 100000, for an hour -'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
