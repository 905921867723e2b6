#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7: a tool with an outputSchema, its server and its client both of the same SDK.
# Expected: what the server has checked by the schema and let through is what the client takes.
# Seen: the server checks the answer by zod, which fills in defaults, converts and leaves out more fields than asked, and then sends the answer as
# it was before. The client checks it by the JSON Schema of what comes out of zod, where a field with a default is required and none may be added:
# it throws. So callTool rejects after the tool has done its work, and only once listTools was called: before that the same call gives the same
# answer unchecked.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 >/dev/null
cat >run.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
const tools = {
  exact: [{ count: z.number() }, { count: 1 }],
  defaulted: [{ count: z.number(), note: z.string().default('none') }, { count: 1 }],
  added: [{ count: z.number() }, { count: 1, page: 2 }],
  coerced: [{ count: z.coerce.number() }, { count: '1' }],
};
const server = new McpServer({ name: 'server', version: '1.0.0' });
let done = 0;
for (const [name, [outputSchema, structuredContent]] of Object.entries(tools)) {
  server.registerTool(name, { outputSchema }, async () => {
    done += 1;
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  });
}
const client = new Client({ name: 'client', version: '1.0.0' });
const [near, far] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(near), client.connect(far)]);
const callAll = async (when) => {
  for (const name of Object.keys(tools)) {
    done = 0;
    const said = await client.callTool({ name, arguments: {} }).then(
      ({ isError = false, structuredContent }) => `isError ${isError}, ${JSON.stringify(structuredContent)}`,
      (error) => `rejects: ${error.message.split(': ').slice(1).join(': ')}`,
    );
    console.log(`${when}, ${name}: done ${done} times; ${said}`);
  }
};
await callAll('not listed');
await client.listTools();
await callAll('listed');
process.exit();
JS
seen=$(node run.mjs)
expected='not listed, exact: done 1 times; isError false, {"count":1}
not listed, defaulted: done 1 times; isError false, {"count":1}
not listed, added: done 1 times; isError false, {"count":1,"page":2}
not listed, coerced: done 1 times; isError false, {"count":"1"}
listed, exact: done 1 times; isError false, {"count":1}
listed, defaulted: done 1 times; rejects: Structured content does not match the tool'"'"'s output schema: data must have required property '"'"'note'"'"'
listed, added: done 1 times; rejects: Structured content does not match the tool'"'"'s output schema: data must NOT have additional properties
listed, coerced: done 1 times; rejects: Structured content does not match the tool'"'"'s output schema: data/count must be number'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
