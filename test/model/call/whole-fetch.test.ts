import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { Agent } from 'undici';
import { expect, it, onTestFinished } from 'vitest';

import { wholeFetch } from '../../../src/model/call/whole-fetch.js';

const answer = JSON.stringify({ content: 'naïve — 日本' });

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  onTestFinished(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(url: string, signal?: AbortSignal, maxInflatedBytes?: number): Promise<Response> {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const headers = new Headers({ 'content-type': 'application/json', 'x-api-key': 'a key' });
  return wholeFetch(agent, maxInflatedBytes)(`${url}/v1/messages?beta=true`, {
    method: 'POST',
    headers,
    body: '{"model":"é"}',
    ...(signal && { signal }),
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

it('sends what it was given, and brings the whole answer with its status and headers', async () => {
  const url = await serve(async (request, response) => {
    const { method, url: path, headers } = request;
    const body = await textOf(request);
    response.writeHead(429, { 'retry-after': '7', 'set-cookie': ['a=1', 'b=2'] });
    response.end(
      JSON.stringify({ method, path, key: headers['x-api-key'], accepts: headers['accept-encoding'], body }),
    );
  });
  const response = await ask(url);
  expect(response).toMatchObject({ ok: false, status: 429 });
  expect(response.headers.get('Retry-After')).toBe('7');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const said = {
    method: 'POST',
    path: '/v1/messages?beta=true',
    key: 'a key',
    accepts: 'identity',
    body: '{"model":"é"}',
  };
  expect(await response.json()).toEqual(said);
  expect(JSON.parse(await response.text())).toEqual(said);
});

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('reads an answer in %s, which it has not asked for', async (encoding, encode) => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': encoding }).end(encode(answer));
  });
  expect(await (await ask(url)).text()).toBe(answer);
});

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('inflates an answer in %s no further than it may', async (encoding, encode) => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': encoding }).end(encode(Buffer.alloc(1_000_000)));
  });
  await expect(ask(url, undefined, 65_536)).rejects.toMatchObject({
    type: 'MalformedAnswer',
    message: expect.stringContaining('larger than 65536 bytes'),
  });
});

it('names an encoding that it cannot read', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('?'));
  await expect(ask(url)).rejects.toMatchObject({
    type: 'MalformedAnswer',
    message: expect.stringMatching(/: zstd\.$/),
  });
});

it('follows a redirect with what it was to send', async () => {
  const url = await serve(async (request, response) => {
    if (request.url?.startsWith('/v1/')) return void response.writeHead(308, { location: '/elsewhere' }).end();
    response.end(`${request.method} ${await textOf(request)}`);
  });
  expect(await (await ask(url)).text()).toBe('POST {"model":"é"}');
});

it.each([
  ['elsewhere', 308, (other: string) => other],
  ['in a way that leaves the question behind', 302, () => '/elsewhere'],
])('does not follow a redirect %s, and says so: the key stays', async (_, status, whereTo) => {
  const seen: IncomingMessage[] = [];
  const other = await serve((request, response) => {
    seen.push(request);
    response.end('{}');
  });
  const url = await serve((request, response) => {
    if (request.url?.startsWith('/v1/')) return void response.writeHead(status, { location: whereTo(other) }).end();
    seen.push(request);
    response.end('{}');
  });
  const response = await ask(url);
  expect(response).toMatchObject({ ok: false, status });
  expect(await response.text()).toMatch(/The API redirects .*Set ANTHROPIC_BASE_URL to where it is\./);
  expect(seen).toEqual([]);
});

it.each([false, true])('ends down to the socket with its signal, the answer begun: %s', async (begins) => {
  const controller = new AbortController();
  let closed: Promise<unknown> | undefined;
  const url = await serve((request, response) => {
    closed = once(request.socket, 'close');
    if (begins) response.write('{');
    setTimeout(() => controller.abort(new Error('cut')), 20);
  });
  await expect(ask(url, controller.signal)).rejects.toThrow('cut');
  await closed;
});

it('fails when the connection breaks in the middle of an answer', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('{');
    setTimeout(() => request.socket.destroy(), 20);
  });
  await expect(ask(url)).rejects.toThrow(/closed|terminated/);
});
