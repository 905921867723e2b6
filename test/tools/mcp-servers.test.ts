import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';

import { McpServers } from '../../src/tools/mcp-servers.js';

const token = 'over-http-s3cret';

let http: Server;
let url: string;
let refused = 0;
let made = tools;
const servers = new McpServers({ TOKEN: token });

beforeAll(async () => {
  http = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      refused += 1;
      response.writeHead(401).end();
      return;
    }
    // Without sessions: each request has a server of its own.
    const transport = new StreamableHTTPServerTransport({});
    void made()
      .connect(transport as never)
      .then(() => transport.handleRequest(request, response));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
});

afterAll(async () => {
  await servers.close();
  http.closeAllConnections();
  http.close();
});

function tools(): McpServer {
  const server = new McpServer({ name: 'sums', version: '1' });
  const input = { a: z.number(), b: z.number() };
  server.registerTool(
    'add',
    { description: 'Adds.', inputSchema: input, annotations: { readOnlyHint: true } },
    async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  const annotations = { destructiveHint: true };
  server.registerTool('fail', { description: 'Fails.', annotations }, async () => ({
    isError: true,
    content: [{ type: 'text', text: 'It is closed on Sundays.' }],
  }));
  return server;
}

const shape = { type: 'object' as const, properties: { code: { type: 'string', pattern: '^[0-9]+$' } } };

/** A server that says that its results fit a schema, with a pattern, and gives one that does not. */
function liar(): McpServer {
  const server = new McpServer({ name: 'liar', version: '1' }, { capabilities: { tools: {} } });
  server.server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: [{ name: 'code', inputSchema: { type: 'object' as const }, outputSchema: shape }],
  }));
  server.server.setRequestHandler(CallToolRequestSchema, async () => ({
    content: [{ type: 'text' as const, text: 'A code.' }],
    structuredContent: { code: 'none' },
  }));
  return server;
}

describe('an MCP server over HTTP', () => {
  const reached = () => ({ name: 'sums', url, headers: { authorization: 'Bearer ${TOKEN}' } });
  const { signal } = new AbortController();

  it('tells its tools, and which of them it says that they destroy', async () => {
    const { tools: offered } = await servers.tools(reached());
    expect(offered).toMatchObject([
      { name: 'add', description: 'Adds.', destroys: false, inputSchema: { required: ['a', 'b'] } },
      { name: 'fail', destroys: true },
    ]);
  });

  it('is called, several times at once over one connection', async () => {
    const sums = [1, 2, 3].map((a) => servers.call(reached(), 'add', { a, b: 1 }, signal));
    expect(await Promise.all(sums)).toEqual(['2', '3', '4'].map((text) => [{ type: 'text', text }]));
  });

  it('has its patterns run over nothing here, where they could not be stopped', async () => {
    made = liar;
    await servers.tools(reached());
    expect(await servers.call(reached(), 'code', {}, signal)).toMatchObject([
      { text: 'A code.' },
      { text: '{"code":"none"}' },
    ]);
    made = tools;
  });

  it('says what it says of a failure', async () => {
    await expect(servers.call(reached(), 'fail', {}, signal)).rejects.toMatchObject({
      type: 'McpFailed',
      message: 'It is closed on Sundays.',
    });
  });

  it('is not asked with a header that the environment does not have, and a refusal names it', async () => {
    await expect(servers.tools({ ...reached(), headers: { authorization: '${NOT_SET}' } })).rejects.toThrow(
      `The MCP server \`sums\`: authorization needs NOT_SET in the environment`,
    );
    expect(refused).toBe(0);
    await expect(servers.tools({ url })).rejects.toThrow(
      'The MCP server: it answered with status 401: it wants somebody',
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('that redirects elsewhere is not followed there, with its headers or without', async () => {
    const seen: string[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(String(request.headers.authorization));
      response.end();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/mcp`;
    const away = createServer((_, response) => void response.writeHead(307, { location }).end()).listen(0, '127.0.0.1');
    await once(away, 'listening');
    onTestFinished(() => void [away.close(), elsewhere.close()]);
    const redirecting = `http://127.0.0.1:${(away.address() as AddressInfo).port}/mcp`;
    const headers = { authorization: 'Bearer ${TOKEN}' };
    await expect(servers.tools({ url: redirecting, headers })).rejects.toThrow(
      'it answered with status 307: it sends whoever asks',
    );
    expect(seen).toEqual([]);
  });

  it('that is not there is named', async () => {
    await expect(servers.tools({ name: 'gone', url: 'http://127.0.0.1:9/mcp' })).rejects.toThrow(
      /^The MCP server `gone`: it cannot be reached \(.+\)/,
    );
  });
});

describe('an error names a server by its key, and nothing of how it is reached or started', () => {
  const secret = 'made-up-token-1';
  const own = new McpServers({ SECRET: secret, MALFORMED: `${secret}\nrest` });

  it.each([
    [
      'a command that is not there',
      { command: `${secret}-command`, args: [`--token=${secret}`] },
      'its command does not exist',
    ],
    ['a program that ends', { command: process.execPath, args: ['--eval', `'${secret}'`] }, 'Connection closed'],
    [
      'a header that cannot be sent',
      { url: 'http://127.0.0.1:9', headers: { 'x-key': '${MALFORMED}' } },
      'header x-key',
    ],
    [
      'an address with a password',
      { url: `http://me:${secret}@127.0.0.1:9/${secret}?key=${secret}` },
      'it cannot be reached',
    ],
    ['an address that is none', { url: `http://me:${secret}/@:x` }, 'Invalid URL'],
  ])('%s', async (_, server, said) => {
    const error = await own.tools({ name: 'mine', ...server } as never).catch((thrown: Error) => thrown);
    const { message, stack, cause } = error as Error;
    expect(message).toMatch(/^The MCP server `mine`: /);
    expect(message).toContain(said);
    expect(`${message}${stack}`).not.toContain(secret);
    expect(cause).toBeUndefined();
  });

  it('sends user and password of an address as a header, which `fetch` does not', async () => {
    const seen: (string | undefined)[] = [];
    const basic = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(500).end(`You sent ${request.headers.authorization}`);
    });
    await new Promise<void>((resolve) => basic.listen(0, '127.0.0.1', resolve));
    const { port } = basic.address() as AddressInfo;
    try {
      const tools = own.tools({ name: 'mine', url: `http://me:p%40ss-word-1@127.0.0.1:${port}/mcp` });
      await expect(tools).rejects.toThrow(/You sent Basic \[redacted\]/);
      expect(seen).toContain(`Basic ${Buffer.from('me:p@ss-word-1').toString('base64')}`);
    } finally {
      basic.closeAllConnections();
      basic.close();
    }
  });
});
