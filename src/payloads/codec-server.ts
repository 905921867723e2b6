import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Payload, PayloadCodec } from '@temporalio/common';

import { UnreadablePayload } from './unreadable-payload.js';

export interface CodecServerSettings {
  codec: PayloadCodec;
  /** IP address to listen at; 127.0.0.1 by default. */
  host?: string;
  /** 0 for a free one. */
  port: number;
  /** Pages that may ask, as browsers name them: `http://127.0.0.1:8233`. Programs that are no browser send none. */
  origins: readonly string[];
  /** The token that a request must have: as `Authorization: Bearer TOKEN`, or as the first part of the path. */
  token: string;
}

export interface CodecServer {
  /** Without the token. */
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Largest request, in bytes; a page of history that the Web UI sends is far smaller. */
const maxBodyBytes = 64 * 1_024 * 1_024;

/** Headers that the Web UI and Temporal's command line send. */
const allowedHeaders = 'authorization, content-type, x-namespace';

interface JsonPayload {
  metadata?: Record<string, string>;
  data?: string;
}

/**
 * Speaks Temporal's codec server protocol: `POST /decode` and `POST /encode` with `{ payloads: [{ metadata, data }] }` in base64.
 *
 * CodecServer-1. A request without the token learns nothing, nor does a page of an origin that is not allowed.
 * CodecServer-2. An unreadable payload comes back as a text that says why, in its place. The rest of the page stays readable.
 *
 * @throws what listening failed with, such as a port that is taken
 */
export async function startCodecServer(settings: CodecServerSettings): Promise<CodecServer> {
  const { host = '127.0.0.1', port } = settings;
  const server = createServer((request, response) => void answer(request, response, settings));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, settings: CodecServerSettings) {
  const { origin } = request.headers;
  if (origin !== undefined) {
    if (!settings.origins.includes(origin)) return send(response, 403, { message: `Origin ${origin} is not allowed.` });
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
  }
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'POST');
    response.setHeader('access-control-allow-headers', allowedHeaders);
    response.setHeader('access-control-allow-private-network', 'true');
    return send(response, 204);
  }
  const parts = (request.url ?? '').split('?')[0]?.split('/').slice(1) ?? [];
  const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const token = parts.length === 2 ? parts[0] : bearer;
  if (token === undefined || !isSame(token, settings.token)) {
    return send(response, 401, { message: 'Expected the token of this codec server.' });
  }
  const work = parts.at(-1);
  if (request.method !== 'POST' || (work !== 'decode' && work !== 'encode')) {
    return send(response, 404, { message: 'Expected POST /decode or POST /encode.' });
  }
  const payloads = await readPayloads(request).catch((error: Error) => error);
  if (payloads instanceof Error) return send(response, 400, { message: payloads.message });
  const coded = await Promise.all(payloads.map((payload) => code(payload, work, settings.codec)));
  return send(response, 200, { payloads: coded.map(toJson) });
}

async function code(payload: Payload, work: 'decode' | 'encode', codec: PayloadCodec): Promise<Payload> {
  try {
    const [coded] = await codec[work]([payload]);
    return coded ?? payload;
  } catch (error) {
    if (!(error instanceof UnreadablePayload)) throw error;
    return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(error.message)) };
  }
}

async function readPayloads(request: IncomingMessage): Promise<Payload[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Error(`Expected at most ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  const { payloads } = JSON.parse(Buffer.concat(chunks).toString()) as { payloads?: JsonPayload[] };
  if (!Array.isArray(payloads)) throw new Error('Expected `payloads` to be a list.');
  return payloads.map(({ metadata = {}, data = '' }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [name, Buffer.from(String(value), 'base64')]),
    ),
    data: Buffer.from(String(data), 'base64'),
  }));
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
    data: base64(data ?? new Uint8Array()),
  };
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function send(response: ServerResponse, status: number, body?: object): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
