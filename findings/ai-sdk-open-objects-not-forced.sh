#!/usr/bin/env bash
# ai 6.0.326 (the last major version for Node 20) with @ai-sdk/anthropic 3.0.140 and zod 4.6.7: Output.object, and how the schema is sent.
# Expected: a model that has the API's structured output gets it, or an error if the schema is not one the API takes.
# Seen: one record or loose object anywhere in the schema changes the way: the whole schema goes as a tool that the model must call. For
# claude-opus-5-5, whose API takes no forced tools, it need not even be called (tool_choice auto): a request, with nothing to hold the
# model to it. The call looks the same and succeeds, and the warning speaks of toolChoice, which the caller never set.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ai@6.0.326 @ai-sdk/anthropic@3.0.140 zod@4.6.7 >/dev/null
cat >run.mjs <<'JS'
import { createServer } from 'node:http';
import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText, Output } from 'ai';
import { z } from 'zod';
globalThis.AI_SDK_LOG_WARNINGS = false;
let sent;
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  sent = JSON.parse(text);
  response.writeHead(200, { 'content-type': 'application/json' });
  const content = [{ type: 'text', text: '{"scores":{"price":1}}' }];
  const usage = { input_tokens: 1, output_tokens: 1 };
  response.end(JSON.stringify({ id: 'm', type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'end_turn', stop_sequence: null, usage }));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const anthropic = createAnthropic({ apiKey: 'made-up', baseURL: `http://127.0.0.1:${server.address().port}/v1` });
const schemas = {
  object: z.object({ price: z.number() }),
  record: z.record(z.string(), z.number()),
  'loose object': z.looseObject({ price: z.number() }),
};
for (const model of ['claude-haiku-4-5', 'claude-opus-5-5']) {
  for (const [kind, scores] of Object.entries(schemas)) {
    const { output, warnings } = await generateText({ model: anthropic(model), maxOutputTokens: 99, prompt: 'Hello', output: Output.object({ schema: z.object({ scores }) }) });
    const by = sent.output_config?.format ? 'format' : `tool, ${sent.tool_choice.type}`;
    console.log(`${model}, ${kind}: ${by}; ${JSON.stringify(output)}; warned of ${warnings.map((warning) => warning.feature).join() || 'nothing'}`);
  }
}
process.exit();
JS
seen=$(node run.mjs 2>/dev/null)
expected='claude-haiku-4-5, object: format; {"scores":{"price":1}}; warned of nothing
claude-haiku-4-5, record: tool, any; {"scores":{"price":1}}; warned of nothing
claude-haiku-4-5, loose object: tool, any; {"scores":{"price":1}}; warned of nothing
claude-opus-5-5, object: format; {"scores":{"price":1}}; warned of nothing
claude-opus-5-5, record: tool, auto; {"scores":{"price":1}}; warned of toolChoice
claude-opus-5-5, loose object: tool, auto; {"scores":{"price":1}}; warned of toolChoice'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
