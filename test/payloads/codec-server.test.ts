import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';

import { defaultPayloadConverter } from '@temporalio/common';
import type { SerializationContext } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { payloadCodec, startCodecServer } from '../../src/payloads/index.js';

const [key, other] = [0, 1].map(() => randomBytes(32).toString('hex')) as [string, string];
const token = 'a-token-of-its-own';
const origin = 'http://127.0.0.1:8233';

let server: Awaited<ReturnType<typeof startCodecServer>>;

beforeAll(async () => {
  server = await startCodecServer({ codec: codecOf(key), port: 0, origins: [origin], token });
});

afterAll(() => server.stop());

function codecOf(encryptionKey: string) {
  return payloadCodec(encryptionKey);
}

async function encrypted(value: unknown, encryptionKey = key, context?: SerializationContext) {
  const [payload] = await codecOf(encryptionKey).encode([defaultPayloadConverter.toPayload(value)!], context);
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(payload!.metadata!).map(([name, bytes]) => [name, base64(bytes)])),
    data: base64(payload!.data!),
  };
}

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
}

async function texts(response: Response): Promise<unknown[]> {
  const { payloads } = (await response.json()) as { payloads: { data: string }[] };
  return payloads.map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown);
}

describe.each([
  ['in the path', `/${token}`, {}],
  ['as bearer', '', { authorization: `Bearer ${token}` }],
])('with the token %s', (_, prefix, headers) => {
  it('decodes, in order, and says in its place what it has no key for (CodecServer-2)', async () => {
    const payloads = [await encrypted('first'), await encrypted('foreign', other), await encrypted({ third: 3 })];
    const response = await post(`${prefix}/decode`, { payloads }, headers);
    expect(response.status).toBe(200);
    expect(await texts(response)).toEqual(['first', expect.stringMatching(/none of the keys given/), { third: 3 }]);
  });

  it('decodes what is bound to a run, and inflates nothing that is not encrypted', async () => {
    const run = { type: 'workflow', namespace: 'default', workflowId: 'run-1' } as const;
    const bomb = {
      metadata: { encoding: Buffer.from('binary/zlib').toString('base64') },
      data: deflateSync(Buffer.alloc(2_048)).toString('base64'),
    };
    const payloads = [await encrypted('bound', key, run), bomb];
    const response = await post(`${prefix}/decode`, { payloads }, headers);
    expect(await texts(response)).toEqual(['bound', expect.stringMatching(/is compressed and not encrypted/)]);
  });

  it('encodes what is typed into a form of the Web UI', async () => {
    const plain = { metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: btoa('"typed"') };
    const { payloads } = (await (await post(`${prefix}/encode`, { payloads: [plain] }, headers)).json()) as {
      payloads: unknown[];
    };
    expect(JSON.stringify(payloads)).not.toContain(btoa('"typed"'));
    expect(await texts(await post(`${prefix}/decode`, { payloads }, headers))).toEqual(['typed']);
  });
});

describe('tells nothing (CodecServer-1)', () => {
  it.each([
    ['without a token', '/decode', {}],
    ['with a wrong one in the path', '/another-token-here/decode', {}],
    ['with a wrong one as bearer', '/decode', { authorization: 'Bearer another-token-here' }],
  ])('%s', async (_, path, headers) => {
    const response = await post(path, { payloads: [await encrypted('secret')] }, headers);
    expect([response.status, await response.text()]).toEqual([401, expect.not.stringContaining('secret')]);
  });

  it('to a page of another origin', async () => {
    const body = { payloads: [await encrypted('secret')] };
    const response = await post(`/${token}/decode`, body, { origin: 'https://evil.example' });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('lets a browser ask beforehand, from an allowed page only', async () => {
  const ask = (from: string) =>
    fetch(`${server.url}/${token}/decode`, { method: 'OPTIONS', headers: { origin: from } });
  const allowed = await ask(origin);
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  expect(allowed.headers.get('access-control-allow-headers')).toContain('x-namespace');
  expect((await ask('null')).status).toBe(403);
});

it.each([
  ['no JSON', 'x', 400],
  ['no payloads', {}, 400],
])('answers %s with what was expected', async (_, body, status) => {
  const response = await post(`/${token}/decode`, body);
  expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(/payloads|JSON/)]);
});

it('knows no other path', async () => expect((await post(`/${token}/other`, {})).status).toBe(404));
