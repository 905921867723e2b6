import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { partsOf } from '../../src/tools/mcp-content.js';
import { McpServers } from '../../src/tools/mcp-servers.js';
import { callTool } from '../../src/tools/mcp-tools.js';
import { scriptedServer } from './scripted-server.js';

const fresh = () => new AbortController().signal;
const command = process.execPath;

let directory: string;
const servers = new McpServers({ ...process.env, SCRIPT: 'no script', WORD: 'made-up-token-1' });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-mcp-'));
});

afterAll(async () => {
  await servers.close();
  await rm(directory, { recursive: true, force: true });
});

const tool = (name: string, more = '') =>
  `{ name: ${JSON.stringify(name)}, inputSchema: { type: 'object', properties: {} } ${more} }`;

async function offered(name: string, list: string): Promise<Awaited<ReturnType<McpServers['tools']>>> {
  const path = await scriptedServer(directory, name, `{ 'tools/list': ${list} }`);
  return servers.tools({ name, command, args: [path] });
}

describe('the list of tools', () => {
  it('is read page by page', async () => {
    const list = `({ cursor = '0' }) => ({ tools: [${tool('a')}].map((t) => ({ ...t, name: 'p' + cursor })), ...(cursor < '2' && { nextCursor: String(+cursor + 1) }) })`;
    const { tools, leftOut } = await offered('pages', list);
    expect([tools.map(({ name }) => name), leftOut]).toEqual([['p0', 'p1', 'p2'], []]);
  });

  it('ends where its cursor does not move', async () => {
    const { tools, leftOut } = await offered('still', `() => ({ tools: [${tool('a')}], nextCursor: 'same' })`);
    expect([tools.map(({ name }) => name), leftOut]).toEqual([
      ['a'],
      [expect.stringContaining('the same cursor twice')],
    ]);
  });

  it('loses no tool by another that is none, and names what it leaves out', async () => {
    const task = tool('later', `, execution: { taskSupport: 'required' }`);
    const list = `() => ({ tools: [${tool('good', ', outputSchema: { description: "no type" }')}, { name: 'untyped', inputSchema: { anyOf: [] } }, { title: 'x' }, ${task}] })`;
    const { tools, leftOut } = await offered('odd', list);
    expect(tools.map(({ name, inputSchema }) => [name, inputSchema['type']])).toEqual([
      ['good', 'object'],
      ['untyped', 'object'],
    ]);
    expect(leftOut).toEqual([
      expect.stringContaining('a tool that is none'),
      expect.stringContaining('`later` as a task only'),
    ]);
  });
});

describe('what a tool answers', () => {
  it('is shown as what it is', () => {
    const data = Buffer.from('pixels').toString('base64');
    expect(
      partsOf({
        content: [
          { type: 'text', text: 'Chart:' },
          { type: 'image', mimeType: 'image/png', data },
          { type: 'audio', mimeType: 'audio/wav', data },
          { type: 'resource', resource: { uri: 'file:///a.txt', mimeType: 'text/plain', text: 'It says 99.' } },
          { type: 'resource', resource: { uri: 'file:///a.bin', blob: data } },
          { type: 'resource_link', uri: 'file:///b.txt', name: 'b' },
        ],
      }),
    ).toEqual([
      { type: 'text', text: 'Chart:' },
      { type: 'image', mimeType: 'image/png', data },
      { type: 'text', text: '(audio: audio/wav, 6 bytes; it cannot be shown)' },
      { type: 'text', text: 'Resource file:///a.txt (text/plain):\nIt says 99.' },
      { type: 'text', text: 'Resource file:///a.bin: of no type, 6 bytes; it cannot be shown' },
      { type: 'text', text: 'Resource b at file:///b.txt' },
    ]);
  });

  it('has structured content once, whether a text says the same or not', () => {
    const structuredContent = { total: 42 };
    const json = { type: 'text', text: '{"total":42}' };
    expect(partsOf({ content: [], structuredContent })).toEqual([json]);
    expect(partsOf({ structuredContent })).toEqual([json]);
    const spaced = { type: 'text', text: '{ "total": 42 }' };
    expect(partsOf({ content: [spaced], structuredContent })).toEqual([spaced]);
  });

  it.each([
    ['42', { result: 42 }],
    ['done', { result: 'done' }],
    ['3', { result: '3' }],
    ['["a"]', { result: ['a'] }],
  ])('has %s once, which the SDK for Python sends in structured content as well', (text, structuredContent) => {
    const content = [{ type: 'text', text }];
    expect(partsOf({ content, structuredContent })).toEqual(content);
  });

  it('has a list once whose items are a text each, and else both', () => {
    const content = ['a', '{ "b": 1 }'].map((text) => ({ type: 'text', text }));
    expect(partsOf({ content, structuredContent: { result: ['a', { b: 1 }] } })).toEqual(content);
    expect(partsOf({ content, structuredContent: { result: ['a'] } })).toHaveLength(3);
    expect(partsOf({ content, structuredContent: { result: ['a', { b: 1 }], more: 1 } })).toHaveLength(3);
  });

  it('may take longer than the minute of the SDK: the limit is that of the call', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const server = new McpServer({ name: 's', version: '1' });
    const pause = () => new Promise<void>((done) => setTimeout(done, 70_000));
    server.registerTool('slow', {}, async () => {
      await pause();
      return { content: [{ type: 'text', text: 'done' }] };
    });
    const [here, there] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: 'c', version: '1' });
    await Promise.all([server.connect(there), client.connect(here)]);
    const answer = callTool(client, 'slow', {}, fresh());
    await vi.advanceTimersByTimeAsync(71_000);
    expect(await answer).toMatchObject({ content: [{ text: 'done' }] });
  });
});

it.each(['elicitation/create', 'sampling/createMessage', 'roots/list'])(
  'that asks back by %s is refused that, and may answer all the same',
  async (method) => {
    const path = await scriptedServer(
      directory,
      method.replace('/', '-'),
      `{ 'tools/call': () => new Promise((done) => { asked = done; send({ id: 'back', method: ${JSON.stringify(method)}, params: {} }); }) }`,
      'let asked; process.stdin.on("data", (chunk) => { for (const line of String(chunk).trim().split("\\n")) { const { id, error } = JSON.parse(line); if (id === "back") asked({ content: [{ type: "text", text: "refused: " + error.code }] }); } });',
    );
    const back = { name: 'back', command, args: [path] };
    expect(await servers.call(back, 'any', {}, fresh())).toEqual([{ type: 'text', text: 'refused: -32601' }]);
  },
);

it('is started with what variables stand for in its arguments, also as other clients write them', async () => {
  const path = await scriptedServer(
    directory,
    'words',
    `{ 'tools/call': () => ({ content: [{ type: 'text', text: process.argv.slice(2).join(' ').replace('made-up', 'shown') }] }) }`,
  );
  const words = { name: 'words', command, args: [path, '${WORD}', '${env:WORD}', '${MISSING:-none}'] };
  expect(await servers.call(words, 'any', {}, fresh())).toMatchObject([{ text: 'shown-token-1 [redacted] none' }]);
  await expect(servers.tools({ ...words, args: [path, '${MISSING}'] })).rejects.toThrow(
    'The MCP server `words`: an argument needs MISSING in the environment',
  );
});

it('that ends at its start says its last words, without secrets', async () => {
  const path = await scriptedServer(
    directory,
    'ends',
    '{}',
    `process.stderr.write('Starting\\nFATAL: NOTES_DB is not set, key ' + process.env.KEY + '\\n'); process.exit(1);`,
  );
  const ends = { name: 'ends', command, args: [path], env: { KEY: '${WORD}' } };
  await expect(servers.tools(ends)).rejects.toThrow(
    /^The MCP server `ends`: .*Its last words: Starting \| FATAL: NOTES_DB is not set, key \[redacted\]$/,
  );
});

it('that has ended is started anew by the next call', async () => {
  const path = await scriptedServer(
    directory,
    'restarts',
    `{ 'tools/call': ({ name }) => { if (name === 'end') process.exit(3); return { content: [{ type: 'text', text: String(process.pid) }] }; } }`,
  );
  const restarts = { name: 'restarts', command, args: [path] };
  const pid = () => servers.call(restarts, 'pid', {}, fresh());
  const first = await pid();
  await expect(servers.call(restarts, 'end', {}, fresh())).rejects.toThrow('Connection closed');
  expect(await pid()).not.toEqual(first);
});

it.each([404, 400])('that has forgotten the session, and says so by %i, gets a new one', async (status) => {
  const sessions = new Set<string>();
  let calls = 0;
  const http = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString() || '{}') as {
      id: number;
      method?: string;
      params: { protocolVersion: string };
    };
    const answer = (result: object, session?: string) => {
      response.writeHead(200, { 'content-type': 'application/json', ...(session && { 'mcp-session-id': session }) });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    const serverInfo = { name: 'h', version: '1' };
    const { protocolVersion } = params ?? {};
    if (method === undefined) return void response.writeHead(405).end();
    if (method === 'initialize') {
      const session = `session-${calls}`;
      sessions.add(session);
      return answer({ protocolVersion, capabilities: { tools: {} }, serverInfo }, session);
    }
    if (!sessions.has(String(request.headers['mcp-session-id']))) {
      return void response.writeHead(status).end('Bad Request: No valid session');
    }
    if (method !== 'tools/call') return void response.writeHead(202).end();
    calls += 1;
    answer({ content: [{ type: 'text', text: `call ${calls}` }] });
    sessions.clear();
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const forgets = { name: 'forgets', url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` };
  const said = [];
  for (let at = 0; at < 3; at += 1) said.push(await servers.call(forgets, 'look', {}, fresh()));
  expect(said.flat().map((part) => part.type === 'text' && part.text)).toEqual(['call 1', 'call 2', 'call 3']);
});
