#!/usr/bin/env bash
# Anthropic's SDKs, @anthropic-ai/sdk 1.14.0 (npm, with zod 4.6.7), anthropic 2.14.0 (PyPI, with pydantic 2.14.4) and
# anthropic-sdk-go 2.15.0: a type with a map of names to numbers, given as what the model is to put out; the schema that goes over the wire.
# Expected: all four SDKs of one maker do the same, best of all an error, as the API's grammars do not know open objects.
# Seen: TypeScript and Python send a closed object without any field, so that {} is all the model can answer; their parse takes it as an empty
# map, without a word. Go sends the map as it is. (Java, 3.14.0, refuses the class before anything is sent.) As a tool's input the same
# schema of zod goes out whole.
set -euo pipefail
folder=$(mktemp -d); trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @anthropic-ai/sdk@1.14.0 zod@4.6.7 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check anthropic==2.14.0 pydantic==2.14.4 >/dev/null
go mod init run >/dev/null 2>&1
go get github.com/anthropics/anthropic-sdk-go/v2@v2.15.0 >/dev/null 2>&1
cat >run.mjs <<'JS'
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import * as z from 'zod';
const asked = {
  'TypeScript': async () => {
    const said = await client.messages.parse({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Prices?' }], output_config: { format: zodOutputFormat(Prices) } });
    return JSON.stringify(said.parsed_output);
  },
  'Python': () => ran('env/bin/python', 'run.py'),
  'Go': () => ran('go', 'run', '.'),
};
let sent;
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  sent = JSON.parse(text).output_config.format.schema.properties.prices;
  response.writeHead(200, { 'content-type': 'application/json' });
  const usage = { input_tokens: 1, output_tokens: 1 };
  response.end(JSON.stringify({ id: 'm', type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text: '{"prices":{}}' }], stop_reason: 'end_turn', stop_sequence: null, usage }));
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const baseURL = `http://127.0.0.1:${server.address().port}`;
const client = new Anthropic({ apiKey: 'made-up', baseURL });
const Prices = z.object({ prices: z.record(z.string(), z.number()) });
const ran = (command, ...args) => new Promise((ended) => {
  const child = spawn(command, args, { env: { ...process.env, BASE: baseURL }, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.on('close', () => ended(out.trim()));
});
for (const [language, ask] of Object.entries(asked)) {
  const taken = await ask();
  const { properties, additionalProperties } = sent;
  console.log(`${language}: properties ${JSON.stringify(properties)}, additionalProperties ${JSON.stringify(additionalProperties)}; parsed ${taken}`);
}
const tool = betaZodTool({ name: 'save', description: 'Saves', inputSchema: Prices, run: () => '' });
console.log(`TypeScript, as a tool: additionalProperties ${JSON.stringify(tool.input_schema.properties.prices.additionalProperties)}`);
process.exit();
JS
cat >run.py <<'PY'
import os
from anthropic import Anthropic
from pydantic import BaseModel

class Prices(BaseModel):
    prices: dict[str, float]

client = Anthropic(api_key="made-up", base_url=os.environ["BASE"])
said = client.messages.parse(model="m", max_tokens=9, messages=[{"role": "user", "content": "Prices?"}], output_format=Prices)
print(said.parsed_output.model_dump_json())
PY
cat >run.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
)

type Prices struct {
	Prices map[string]float64 `json:"prices"`
}

func main() {
	client := anthropic.NewClient(option.WithAPIKey("made-up"), option.WithBaseURL(os.Getenv("BASE")))
	var prices Prices
	_, err := client.Beta.Messages.New(context.Background(), anthropic.BetaMessageNewParams{
		Model: "m", MaxTokens: 9,
		Messages:     []anthropic.BetaMessageParam{anthropic.NewBetaUserMessage(anthropic.NewBetaTextBlock("Prices?"))},
		OutputConfig: anthropic.BetaOutputConfigParam{Format: anthropic.BetaJSONOutputFormatParam{Schema: &prices}},
	})
	if err != nil {
		panic(err)
	}
	text, _ := json.Marshal(prices)
	fmt.Println(string(text))
}
GO
go mod tidy >/dev/null 2>&1
seen=$(node run.mjs)
expected='TypeScript: properties {}, additionalProperties false; parsed {"prices":{}}
Python: properties {}, additionalProperties false; parsed {"prices":{}}
Go: properties undefined, additionalProperties {"type":"number"}; parsed {"prices":{}}
TypeScript, as a tool: additionalProperties {"type":"number"}'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
