import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startOfflineModel } from '@fanfold/offline-model';
import { expect, it, onTestFinished } from 'vitest';
import { fetch } from 'undici';

import { guardedFetch } from '../../activities/sources/guarded-fetch.js';
import { ModelClients } from '../../src/model/call/client.js';
import { connectionsBy } from '../../src/network/connections.js';
import { traceExporter } from '../../src/tracing/trace-exporter.js';
import { McpServers } from '../../src/tools/mcp-servers.js';
import { startProxy } from '../support/proxy.js';

async function pageServer(): Promise<{ port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.writeHead(200, { connection: 'close' }).end('a page');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

it('asks the model API through the proxy, whole and streamed', async () => {
  const model = await startOfflineModel({ latencyMs: 0 });
  onTestFinished(() => model.stop());
  const proxy = await startProxy(Number(new URL(model.url).port));
  const env = { HTTP_PROXY: proxy.url.replace('//', '//me:made%20up@') };
  const clients = new ModelClients(env).anthropicOf({ apiKey: 'a key', baseURL: 'http://model.example' });
  for (const client of [clients.whole, clients.streaming]) {
    const answer = await client.messages.create({
      model: 'claude-haiku-4-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'When is the rent due?' }],
    });
    expect(answer.type).toBe('message');
  }
  expect(proxy.asked).toEqual(Array(2).fill('POST http://model.example/v1/messages'));
  expect(new Set(proxy.given)).toEqual(new Set([`Basic ${Buffer.from('me:made up').toString('base64')}`]));
});

it('asks an https address by CONNECT, and says what the proxy said', async () => {
  const proxy = await startProxy();
  const asking = fetch('https://api.example/v1', { dispatcher: connectionsBy({ HTTPS_PROXY: proxy.url }) });
  await expect(asking).rejects.toMatchObject({
    cause: { name: 'ProxyRefused', message: expect.stringMatching(/answers 403 for api\.example:443$/) },
  });
  expect(proxy.asked).toEqual(['CONNECT api.example:443']);
});

it('asks an MCP server through the proxy', async () => {
  const proxy = await startProxy();
  const servers = new McpServers({ HTTP_PROXY: proxy.url });
  onTestFinished(() => servers.close());
  await expect(servers.tools({ name: 'far', url: 'http://mcp.example/mcp' })).rejects.toThrow();
  expect(proxy.asked).toEqual(['POST http://mcp.example/mcp']);
});

it('sends traces through the proxy', async () => {
  const { port, seen } = await pageServer();
  const proxy = await startProxy(port);
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://collector.example:4318';
  onTestFinished(() => void delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);
  const exporter = traceExporter({ HTTP_PROXY: proxy.url });
  onTestFinished(() => exporter.shutdown());
  await new Promise((resolve) => exporter.export([], resolve));
  await exporter.forceFlush?.();
  expect(proxy.asked).toEqual(['POST http://collector.example:4318/v1/traces']);
  expect(seen[0]?.headers['content-type']).toBe('application/json');
});

const guarded = (url: string, env: NodeJS.ProcessEnv, isPrivate = false) =>
  guardedFetch(new URL(url), {
    mayContact: () => true,
    mayBePrivate: async () => isPrivate,
    mostBytes: 1_000,
    accept: 'text/plain',
    signal: new AbortController().signal,
    env,
  });

it('gives the proxy no address of a page that may not be contacted, and no name that nobody has checked', async () => {
  const { port, seen } = await pageServer();
  const proxy = await startProxy(port);
  const env = { HTTP_PROXY: proxy.url };
  await expect(guarded('http://10.1.2.3/', env)).rejects.toMatchObject({ type: 'NotAllowed' });
  await expect(guarded('http://169.254.169.254/', env)).rejects.toMatchObject({ type: 'NotAllowed' });
  await expect(guarded('http://nobody-knows-it.invalid/', env)).rejects.toMatchObject({
    cause: { type: 'SourceFailed', message: expect.stringMatching(/FANFOLD_PROXY_RESOLVES=1/) },
  });
  // This machine is never asked through the proxy, which leaves the guard of direct connections.
  await expect(guarded(`http://localhost:${port}/`, env)).rejects.toMatchObject({ cause: { type: 'NotAllowed' } });
  expect(proxy.asked).toEqual([]);
  expect(seen).toEqual([]);
});

it('fetches a page through the proxy at the address that was checked', async () => {
  const { port, seen } = await pageServer();
  const proxy = await startProxy(port);
  expect((await guarded('http://93.184.215.14/', { HTTP_PROXY: proxy.url })).body.toString()).toBe('a page');
  expect(proxy.asked).toEqual(['CONNECT 93.184.215.14:80']);
  expect(seen[0]?.headers.host).toBe('93.184.215.14');
});

it.each([
  ['the host may be private', {}, true],
  ['the proxy is trusted with names', { FANFOLD_PROXY_RESOLVES: '1' }, false],
])('gives the proxy a name where %s', async (_, more, isPrivate) => {
  const { port, seen } = await pageServer();
  const proxy = await startProxy(port);
  await guarded('http://wiki.invalid/', { HTTP_PROXY: proxy.url, ...more }, isPrivate);
  expect(proxy.asked).toEqual(['CONNECT wiki.invalid:80']);
  expect(seen[0]?.headers.host).toBe('wiki.invalid');
});
