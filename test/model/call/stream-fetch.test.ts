import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { Agent } from 'undici';
import { expect, it, onTestFinished } from 'vitest';

import { streamFetch } from '../../../src/model/call/stream-fetch.js';

const events = 'event: ping\ndata: {}\n\n';

async function ask(listener: RequestListener): Promise<Response> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  onTestFinished(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/messages`;
  return streamFetch(agent)(url, { method: 'POST', body: '{"stream":true}' });
}

async function textOf({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
  return text;
}

it('brings events as they come, without a web stream', async () => {
  let end = () => {};
  const answer = await ask((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'one' });
    response.write(events);
    end = () => response.end(events);
  });
  expect(answer.body).toBeInstanceOf(Readable);
  expect(answer.headers.get('request-id')).toBe('one');
  end();
  expect(await textOf(answer)).toBe(events + events);
});

it('reads events that come compressed, though nobody asked for that', async () => {
  const answer = await ask((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    response.end(gzipSync(events));
  });
  expect(await textOf(answer)).toBe(events);
});

it('brings an error whole, and tells of an answer that is no stream', async () => {
  const refused = await ask((_, response) => response.writeHead(529).end('{}'));
  expect([refused.status, await refused.text()]).toEqual([529, '{}']);
  const whole = ask((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  await expect(whole).rejects.toMatchObject({ name: 'WholeAnswer', text: '{}' });
});
