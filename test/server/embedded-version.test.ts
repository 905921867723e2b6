import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import { embeddedVersion } from '../../src/server/embedded-version.js';

const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A server of gRPC whose answer is what `answer` does with a call. */
async function serving(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createServer()
    .on('stream', (stream) => {
      stream.on('error', () => {});
      answer(stream);
    })
    .listen(0, '127.0.0.1');
  open.push(() => server.close());
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answering(status: string, message: Buffer) {
  return (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
  };
}

it('reads the version that a server says, and none where it says none', async () => {
  const capabilities = Buffer.from([0x12, 0x02, 0x08, 0x01]);
  const said = Buffer.concat([Buffer.from([0x0a, 6]), Buffer.from('1.32.0'), capabilities]);
  expect(await embeddedVersion(await serving(answering('0', said)), 5_000)).toBe('1.32.0');
  expect(await embeddedVersion(await serving(answering('0', capabilities)), 5_000)).toBe('');
  expect(await embeddedVersion(await serving(answering('0', Buffer.alloc(0))), 5_000)).toBe('');
});

it('takes a refusal, silence and nobody for no answer', async () => {
  const refusing = await serving(answering('14', Buffer.alloc(0)));
  await expect(embeddedVersion(refusing, 5_000)).rejects.toThrow('Expected gRPC’s status 0, got `14`.');
  const refusingAtOnce = await serving((stream) => stream.respond({ 'grpc-status': '16' }, { endStream: true }));
  await expect(embeddedVersion(refusingAtOnce, 5_000)).rejects.toThrow('got `16`');
  await expect(embeddedVersion(await serving(() => {}), 50)).rejects.toThrow('within 50 ms');
  await expect(embeddedVersion('127.0.0.1:1', 5_000)).rejects.toThrow('ECONNREFUSED');
});
