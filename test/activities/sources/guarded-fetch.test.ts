import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createNetServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished, vi } from 'vitest';

import { guardedFetch } from '../../../activities/sources/guarded-fetch.js';
import type { GuardedFetch } from '../../../activities/sources/guarded-fetch.js';

const token = 'made-up-token-1';

async function serve(listener: RequestListener): Promise<{ host: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  return { host: `127.0.0.1:${await portOf(server)}`, seen };
}

async function portOf(server: Server | ReturnType<typeof createNetServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const redirect =
  (location: () => string): RequestListener =>
  (_, response) =>
    void response.writeHead(307, { location: location(), connection: 'close' }).end();
const page: RequestListener = (_, response) => void response.writeHead(200, { connection: 'close' }).end('a page');

function fetchAt(url: string, guard: Partial<GuardedFetch> = {}) {
  return guardedFetch(new URL(url), {
    mayContact: () => true,
    mayBePrivate: async () => true,
    mostBytes: 1_000,
    accept: 'text/plain',
    headers: { authorization: token },
    signal: new AbortController().signal,
    ...guard,
  });
}

const told = (request: IncomingMessage | undefined) => request?.headers.authorization;

it('sends headers to where a redirect of the same origin leads', async () => {
  const one = await serve((request, response) => {
    if (request.url === '/') redirect(() => '/elsewhere')(request, response);
    else page(request, response);
  });
  expect((await fetchAt(`http://${one.host}/`)).body.toString()).toBe('a page');
  expect(one.seen.map(told)).toEqual([token, token]);
});

it('follows to another host that is allowed, without the headers of the first', async () => {
  const other = await serve(page);
  const one = await serve(redirect(() => `http://${other.host}/`));
  expect((await fetchAt(`http://${one.host}/`)).body.toString()).toBe('a page');
  expect([told(one.seen[0]), told(other.seen[0])]).toEqual([token, undefined]);
  expect(other.seen[0]?.headers.accept).toBe('text/plain');
});

it('follows from https to http nowhere, not even at the same host and port', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  const seen: IncomingMessage[] = [];
  const plain = createServer((request, response) => {
    seen.push(request);
    page(request, response);
  });
  let host = '';
  const secure = createTlsServer(
    await certificate(),
    redirect(() => `http://${host}/`),
  );
  const ports = { plain: await portOf(plain), secure: await portOf(secure) };
  // One port for both: TLS begins with 0x16.
  const both = createNetServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (first: Buffer) => {
        const behind = connect(first[0] === 0x16 ? ports.secure : ports.plain, '127.0.0.1');
        behind.on('error', () => {}).write(first);
        socket.pipe(behind).pipe(socket);
      });
  });
  host = `127.0.0.1:${await portOf(both)}`;
  await expect(fetchAt(`https://${host}/`, { mayContact: (each) => each === host })).rejects.toMatchObject({
    type: 'SourceFailed',
    nonRetryable: true,
    message: `It redirects from https to http, at ${host}.`,
  });
  expect(seen).toEqual([]);
});

it('asks of each host by itself whether it may be private, and looks at what its name resolves to', async () => {
  const inside = await serve(page);
  const name = inside.host.replace('127.0.0.1', 'localhost');
  const one = await serve(redirect(() => `http://${name}/`));
  const mayBePrivate = async (host: string) => host === one.host;
  await expect(fetchAt(`http://${one.host}/`, { mayBePrivate })).rejects.toMatchObject({
    cause: { type: 'NotAllowed', message: expect.stringMatching(/^Its address (127\.0\.0\.1|::1) is loopback/) },
  });
  await expect(fetchAt(`http://${inside.host}/`, { mayBePrivate })).rejects.toMatchObject({ type: 'NotAllowed' });
  expect(inside.seen).toEqual([]);
  expect(one.seen).toHaveLength(1);
});

async function certificate(): Promise<{ key: string; cert: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'fanfold-certificate-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', [...words, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
