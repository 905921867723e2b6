import { randomBytes } from 'node:crypto';

import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { dataConverter, EncryptingCodec, keyIds, LenientCodec } from '../../src/payloads/index.js';

const [older, newer, other] = [0, 1, 2].map(() => randomBytes(32).toString('base64')) as [string, string, string];
const unreadable = { name: 'UnreadablePayload', type: 'UnreadablePayload' };

function codecOf(encryptionKey?: string): EncryptingCodec {
  return dataConverter(encryptionKey).payloadCodecs?.[0] as EncryptingCodec;
}

function payloadOf(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value) as Payload;
}

async function encoded(value: unknown, key?: string): Promise<Payload> {
  const [payload] = await codecOf(key).encode([payloadOf(value)]);
  return payload!;
}

async function decoded(payload: Payload, key?: string): Promise<unknown> {
  const [plain] = await codecOf(key).decode([payload]);
  return defaultPayloadConverter.fromPayload(plain!);
}

it('gives back whatever was encoded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      expect(JSON.stringify(await decoded(await encoded(value, newer), newer))).toBe(JSON.stringify(value));
    }),
    { numRuns: 50 },
  );
});

it('leaves no word of the text in clear, names cipher and key, and compresses what is long', async () => {
  const text = 'The customer may terminate. '.repeat(400);
  const payload = await encoded(text, newer);
  expect(Buffer.from(payload.data!).toString('latin1')).not.toContain('customer');
  expect(payload.data!.length).toBeLessThan(text.length / 10);
  const metadata = Object.entries(payload.metadata!).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
  expect(Object.fromEntries(metadata)).toEqual({
    encoding: 'binary/encrypted',
    'encryption-cipher': 'AES-256-GCM',
    'encryption-key-id': keyIds(newer)[0],
  });
});

it('never seals the same text twice to the same bytes', async () => {
  const [one, two] = await Promise.all([encoded('same', newer), encoded('same', newer)]);
  expect(Buffer.from(one.data!).equals(Buffer.from(two.data!))).toBe(false);
});

describe('keys', () => {
  it('encrypts with the first and reads with each, so that a run begun with the old one goes on (C2)', async () => {
    const before = await encoded('before', older);
    const both = `new:${newer},old:${older}`;
    expect(await decoded(before, both)).toBe('before');
    expect(await decoded(await encoded('after', both), newer)).toBe('after');
    expect(keyIds(both)).toEqual([...keyIds(newer), ...keyIds(older)]);
  });

  it('says that a key is missing or another one, and shows neither (C1, C3)', async () => {
    const payload = await encoded('secret', newer);
    await expect(decoded(payload)).rejects.toMatchObject({ ...unreadable, message: /no encryption key is given/ });
    await expect(decoded(payload, other)).rejects.toMatchObject({
      ...unreadable,
      message: new RegExp(`none of the keys given has its id ${keyIds(newer)[0]}`),
    });
    const error = await decoded(payload, other).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error) + String(error)).not.toContain(other.slice(0, 8));
  });

  it('notices every changed byte', async () => {
    const payload = await encoded('exactly this', newer);
    for (let at = 0; at < payload.data!.length; at += 1) {
      const data = Uint8Array.from(payload.data!);
      data[at]! ^= 1;
      await expect(decoded({ ...payload, data }, newer)).rejects.toMatchObject(unreadable);
    }
  });
});

it('changes nothing without a key, and reads plain payloads with one', async () => {
  const payload = await encoded('plain');
  expect(payload).toEqual(payloadOf('plain'));
  expect(await decoded(payload, newer)).toBe('plain');
});

it('reads as null, where only a list is wanted, what it has no key for', async () => {
  const lenient = new LenientCodec(codecOf(other));
  const [unread, read] = await lenient.decode([await encoded('a', newer), await encoded('b', other)]);
  expect([unread, read].map((payload) => defaultPayloadConverter.fromPayload(payload!))).toEqual([null, 'b']);
});
