import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { McpServers } from '../../src/tools/mcp-servers.js';

const token = 'over-http-s3cret';

let http: Server;
let url: string;
let refused = 0;
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
    void tools()
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

describe('an MCP server over HTTP', () => {
  const reached = () => ({ url, headers: { authorization: 'Bearer ${TOKEN}' } });
  const { signal } = new AbortController();

  it('tells its tools, and which of them it says that they destroy', async () => {
    expect(await servers.tools(reached())).toMatchObject([
      { name: 'add', description: 'Adds.', destroys: false, inputSchema: { required: ['a', 'b'] } },
      { name: 'fail', destroys: true },
    ]);
  });

  it('is called, several times at once over one connection', async () => {
    const sums = [1, 2, 3].map((a) => servers.call(reached(), 'add', { a, b: 1 }, signal));
    expect(await Promise.all(sums)).toEqual(['2', '3', '4']);
  });

  it('says what it says of a failure', async () => {
    await expect(servers.call(reached(), 'fail', {}, signal)).rejects.toMatchObject({
      type: 'McpFailed',
      message: 'It is closed on Sundays.',
    });
  });

  it('is not asked with a header that the environment does not have, and a refusal names it', async () => {
    await expect(servers.tools({ url, headers: { authorization: '${NOT_SET}' } })).rejects.toThrow(
      `The MCP server ${url}: authorization needs NOT_SET in the environment`,
    );
    expect(refused).toBe(0);
    await expect(servers.tools({ url })).rejects.toMatchObject({ type: 'McpFailed' });
    expect(refused).toBeGreaterThan(0);
  });

  it('that is not there is named', async () => {
    await expect(servers.tools({ url: 'http://127.0.0.1:9/mcp' })).rejects.toThrow(
      /^The MCP server http:\/\/127\.0\.0\.1:9\/mcp: /,
    );
  });
});
