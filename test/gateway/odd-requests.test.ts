import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { largestBody } from '../../src/gateway/server/read-body.js';
import { GatewayDesk } from './desk.js';

const question = JSON.stringify({
  model: 'claude-sonnet-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'The rent is 900 euros. What is the rent?' }],
});

const countable = question.replace('"max_tokens":100,', '');

/** Sends requests as they stand, one after the other on one connection, and gives what came until it was closed. */
async function said(address: string, ...requests: (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  for (const each of requests) socket.write(each);
  return text(socket);
}

const head = (line: string, ...headers: string[]) =>
  [`${line}`, 'host: 127.0.0.1', 'content-type: application/json', ...headers, '', ''].join('\r\n');

const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

it.each([
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  [' identity ', Buffer.from],
])('answers a question that is packed as %s, and gives the API what is in it', async (encoding, pack) => {
  const { model, address } = await GatewayDesk.open();
  const headers = { 'content-encoding': encoding, 'content-type': 'application/json' };
  const answered = await fetch(`${address}/v1/messages`, { method: 'POST', headers, body: pack(question) });
  expect(await answered.json()).toMatchObject({ type: 'message' });
  const counted = await fetch(`${address}/v1/messages/count_tokens`, {
    method: 'POST',
    headers,
    body: pack(countable),
  });
  expect(counted.status).toBe(200);
  expect(model.total).toBe(1);
});

it.each([
  [415, 'zstd', 'Expected a body as it is, or packed as gzip, x-gzip, deflate, br, got zstd.'],
  [400, 'gzip', 'Expected a body packed as gzip, got something else: '],
  [400, 'br', 'Expected a body packed as br, got something else: '],
])('is told with %i what is no body packed as %s', async (status, encoding, message) => {
  const { said: logged, address } = await GatewayDesk.open();
  const headers = { 'content-encoding': encoding };
  const answered = await fetch(`${address}/v1/messages`, { method: 'POST', headers, body: question });
  expect(answered.status).toBe(status);
  expect(await answered.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  expect(logged).toEqual([]);
});

it('refuses what is too large before it has come', async () => {
  const { address } = await GatewayDesk.open();
  const large = head('POST /v1/messages HTTP/1.1', `content-length: ${largestBody + 1}`);
  expect(await said(address, large)).toMatch(/^HTTP\/1\.1 413 [^]*request_too_large/m);
});

it('takes what HTTP allows: parts, a wait to be told to go on, an older version, and an error before it on the same connection', async () => {
  const { model, address } = await GatewayDesk.open();
  const parts = question.match(/[^]{1,40}/g) ?? [];
  const chunked = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('') + '0\r\n\r\n';
  const length = `content-length: ${question.length}`;
  const answers = await said(
    address,
    head('POST /v1/messages HTTP/1.1', 'content-length: 2') + '{}',
    head('HEAD /v1/models HTTP/1.1'),
    head('POST /v1/messages HTTP/1.1', 'transfer-encoding: chunked') + chunked,
    head('POST /v1/messages HTTP/1.1', length, 'expect: 100-continue') + question,
    head('POST /v1/messages HTTP/1.0', length) + question,
  );
  expect(statuses(answers)).toEqual([400, 405, 200, 100, 200, 200]);
  expect(model.total).toBe(3);
});
