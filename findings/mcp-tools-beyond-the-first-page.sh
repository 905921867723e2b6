#!/usr/bin/env bash
# A server of MCP (@modelcontextprotocol/sdk 1.32.2) that lists its five tools in pages of two, and five clients that are asked for the tools.
# Expected: a client gives one page with its cursor, and what sits on top for agents (AI SDK, FastMCP) gives all five.
# Seen: those two do, but listTools of TypeScript's new client (2.4.0) follows the pages by itself as well. Its predecessor (1.32.2) and Python's
# new Client (mcp 2.3.0) give two. So the same line, tools of listTools, has all tools or the first page: an upgrade of one client
# hides what the others still do, and nothing but a cursor says that there are more.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.4.0 @ai-sdk/mcp@1.0.102 >/dev/null 2>&1
python3 -m venv env
env/bin/pip install --quiet --no-input --disable-pip-version-check mcp==2.3.0 fastmcp==4.2.3 >/dev/null
cat >server.mjs <<'JS'
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
const names = ['one', 'two', 'three', 'four', 'five'];
const server = new Server({ name: 'pages', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
  const at = Number(params?.cursor ?? 0);
  const tools = names.slice(at, at + 2).map((name) => ({ name, inputSchema: { type: 'object', properties: {} } }));
  return { tools, ...(at + 2 < names.length && { nextCursor: `${at + 2}` }) };
});
await server.connect(new StdioServerTransport());
JS
cat >run.mjs <<'JS'
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
const server = { command: process.execPath, args: ['server.mjs'] };
const shown = (name, { length }) => console.log(`${name}: ${length} of 5`);
for (const [name, client, transport] of [['sdk 1.32.2', Client, StdioClientTransport], ['client 2.4.0', NewClient, NewTransport]]) {
  const made = new client({ name: 'client', version: '1.0.0' });
  await made.connect(new transport(server));
  shown(`TypeScript, ${name}`, (await made.listTools()).tools);
  await made.close();
}
const ai = await createMCPClient({ transport: new Experimental_StdioMCPTransport(server) });
shown('TypeScript, @ai-sdk/mcp', Object.keys(await ai.tools()));
process.exit();
JS
cat >run.py <<'PY'
import asyncio
import shutil
import fastmcp
import mcp

server = {"command": shutil.which("node"), "args": ["server.mjs"]}
async def run():
    async with mcp.Client(mcp.StdioServerParameters(**server)) as client:
        print(f"Python, mcp: {len((await client.list_tools()).tools)} of 5")
    async with fastmcp.Client({"mcpServers": {"pages": server}}) as client:
        print(f"Python, fastmcp: {len(await client.list_tools())} of 5")
asyncio.run(run())
PY
seen=$(node run.mjs 2>/dev/null | grep ' of 5'; env/bin/python run.py 2>/dev/null)
expected='TypeScript, sdk 1.32.2: 2 of 5
TypeScript, client 2.4.0: 5 of 5
TypeScript, @ai-sdk/mcp: 5 of 5
Python, mcp: 2 of 5
Python, fastmcp: 5 of 5'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
