#!/usr/bin/env bash
# @anthropic-ai/sdk 1.12.0 with the spans it makes itself, ai 6.0.326 with @ai-sdk/anthropic 3.0.140, @opentelemetry/semantic-conventions 1.45.0:
# one answer with usage { input_tokens: 10, cache_creation_input_tokens: 100, cache_read_input_tokens: 1000 }.
# Expected: gen_ai.usage.input_tokens is the API's input_tokens, and the cache's counts stand beside it under the names of the convention.
# Seen: it is 1,110, all three added up, so that who prices the span as he prices the answer pays the cached tokens twice. The SDK writes what
# was written to the cache as gen_ai.usage.cache_write.input_tokens, a name that the convention does not have: it is cache_creation there, and a
# board made after the convention shows none. The AI SDK has neither of the two under gen_ai, only under names of its own.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @anthropic-ai/sdk@1.12.0 ai@6.0.326 @ai-sdk/anthropic@3.0.140 \
  @opentelemetry/api@1.9.1 @opentelemetry/sdk-trace-node@1.30.1 @opentelemetry/semantic-conventions@1.45.0 >/dev/null
cat >run.mjs <<'JS'
import { createServer } from 'node:http';
import { createAnthropic } from '@ai-sdk/anthropic';
import Anthropic from '@anthropic-ai/sdk';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import * as convention from '@opentelemetry/semantic-conventions/incubating';
import { generateText } from 'ai';
const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  const usage = { input_tokens: 10, output_tokens: 2, cache_creation_input_tokens: 100, cache_read_input_tokens: 1000 };
  response.end(JSON.stringify({ id: 'm', type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text: 'yes' }], stop_reason: 'end_turn', stop_sequence: null, usage }));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const baseURL = `http://127.0.0.1:${server.address().port}`;
const body = { model: 'any', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] };
const { usage } = await new Anthropic({ apiKey: 'made-up', baseURL }).messages.create(body);
const model = createAnthropic({ apiKey: 'made-up', baseURL: `${baseURL}/v1` })('any');
await generateText({ model, maxOutputTokens: 9, prompt: 'Hello', experimental_telemetry: { isEnabled: true } });
console.log(`answer: input_tokens ${usage.input_tokens}`);
const known = new Set(Object.values(convention));
for (const { attributes, name } of exporter.getFinishedSpans()) {
  const counts = Object.entries(attributes).filter(([key]) => /^gen_ai\.usage\..*input_tokens$/.test(key)).toSorted();
  if (counts.length > 0) console.log(`${name}: ${counts.map(([key, count]) => `${key.slice('gen_ai.usage.'.length)} ${count}${known.has(key) ? '' : ' (not in the convention)'}`).join(', ')}`);
}
console.log(`convention: ${convention.ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS}`);
process.exit();
JS
seen=$(node run.mjs 2>/dev/null)
expected='answer: input_tokens 10
anthropic.messages.create: cache_read.input_tokens 1000, cache_write.input_tokens 100 (not in the convention), input_tokens 1110
ai.generateText.doGenerate: input_tokens 1110
convention: gen_ai.usage.cache_creation.input_tokens'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
