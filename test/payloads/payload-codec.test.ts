import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';

import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadConverter, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { refusedEncoding } from '../../src/contract/refused.js';
import { readKeyring, seal as sealBytes } from '../../src/encryption/index.js';
import { dataConverter, EncryptingCodec, keyIds, LenientCodec, payloadCodec } from '../../src/payloads/index.js';
import { isEncrypted } from '../../src/payloads/payload-codec.js';

const [older, newer, other] = [0, 1, 2].map(() => randomBytes(32).toString('base64')) as [string, string, string];
const unreadable = { name: 'UnreadablePayload', type: 'UnreadablePayload' };

function codecOf(encryptionKey?: string): EncryptingCodec {
  return payloadCodec(encryptionKey);
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

it('seals nothing that is sealed already, by whatever key: it goes through as it came', async () => {
  for (const key of [newer, older]) {
    const sealed = await encoded('once', key);
    const [again] = await codecOf(newer).encode([sealed]);
    expect(again).toBe(sealed);
    expect(await decoded(again!, key)).toBe('once');
  }
});

it('never seals the same text twice to the same bytes', async () => {
  const [one, two] = await Promise.all([encoded('same', newer), encoded('same', newer)]);
  expect(Buffer.from(one.data!).equals(Buffer.from(two.data!))).toBe(false);
});

describe('keys', () => {
  it('encrypts with the first and reads with each, so that a run begun with the old one goes on (PayloadCodec-2)', async () => {
    const before = await encoded('before', older);
    const both = `new:${newer},old:${older}`;
    expect(await decoded(before, both)).toBe('before');
    expect(await decoded(await encoded('after', both), newer)).toBe('after');
    expect(keyIds(both)).toEqual([...keyIds(newer), ...keyIds(older)]);
  });

  it('says that a key is missing or another one, and shows neither (PayloadCodec-1, PayloadCodec-3)', async () => {
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

it('changes nothing without a key', async () => {
  const payload = await encoded('plain');
  expect(payload).toEqual(payloadOf('plain'));
  expect(await decoded(payload)).toBe('plain');
  const bare = { data: Buffer.from('no metadata') };
  const [codec] = dataConverter().payloadCodecs!;
  expect(await codec!.decode(await codec!.encode([payload, bare]))).toEqual([payload, bare]);
});

it('tells what is encrypted', async () => {
  expect(isEncrypted(await encoded('sealed', newer))).toBe(true);
  expect([payloadOf('plain'), compressedZeros(2_048), {}].map(isEncrypted)).toEqual([false, false, false]);
});

/** What a holder of the key can have sealed. */
function sealedAs(text: Buffer): Payload {
  const { first } = readKeyring(newer, 'payload');
  const metadata = { encoding: Buffer.from('binary/encrypted') };
  return { metadata, data: sealBytes(text, Buffer.from('fanfold payload 1'), first) };
}

describe('says of what cannot be read', () => {
  const { Payload: Payloads } = proto.temporal.api.common.v1;
  const damagedZlib = { metadata: { encoding: Buffer.from('binary/zlib') }, data: Buffer.from('no zlib') };

  it.each<[string, Payload, RegExp]>([
    ['cut short', { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.alloc(3) }, /is cut short/],
    ['empty', { metadata: { encoding: Buffer.from('binary/encrypted') } }, /is cut short/],
    ['no payload inside', sealedAs(Buffer.from([0x0a, 0xff])), /is damaged: /],
    ['no compressed text inside', sealedAs(Buffer.from(Payloads.encode(damagedZlib).finish())), /is damaged: /],
  ])('that it is %s', async (_, payload, message) => {
    await expect(decoded(payload, newer)).rejects.toMatchObject({ ...unreadable, message });
  });

  it('that it is damaged only where it is', async () => {
    await expect(decoded(await encoded('x', newer), other)).rejects.toMatchObject({
      message: expect.not.stringContaining('is damaged'),
    });
  });
});

/** A payload that is only compressed, as a client without a key can make it: it inflates to so many zeros. */
function compressedZeros(bytes: number): Payload {
  const payload = { metadata: { encoding: Buffer.from('binary/plain') }, data: Buffer.alloc(bytes) };
  const data = deflateSync(proto.temporal.api.common.v1.Payload.encode(payload).finish());
  return { metadata: { encoding: Buffer.from('binary/zlib') }, data };
}

describe('what is plain (PayloadCodec-5)', () => {
  const keyring = readKeyring(newer, 'payload');
  const refused = { name: 'PlainPayload', type: 'PlainPayload' };

  it('is refused with a key, unless it is accepted', async () => {
    const codec = new EncryptingCodec({ keyring });
    await expect(codec.decode([payloadOf('plain')])).rejects.toMatchObject({
      ...refused,
      message: /is not encrypted/,
      advice: expect.stringContaining('--accept-plain'),
    });
    const accepting = new EncryptingCodec({ keyring, acceptPlain: true });
    expect(await accepting.decode([payloadOf('plain')])).toEqual([payloadOf('plain')]);
  });

  it('leaves a mark that no value can be taken for, where that is wanted', async () => {
    const [mark, read] = await dataConverter(newer).payloadCodecs![0]!.decode([
      payloadOf('plain'),
      await encoded('sealed', newer),
    ]);
    expect(Buffer.from(mark!.metadata!['encoding']!).toString()).toBe(refusedEncoding);
    expect(Buffer.from(mark!.data!).toString()).toContain('"type":"PlainPayload"');
    expect(() => defaultPayloadConverter.fromPayload(mark!)).toThrow(refusedEncoding);
    expect(defaultPayloadConverter.fromPayload(read!)).toBe('sealed');
    const [listed] = await new LenientCodec(dataConverter(newer).payloadCodecs![0]!).decode([payloadOf('plain')]);
    expect(defaultPayloadConverter.fromPayload(listed!)).toBeNull();
  });

  it.each([
    ['with a key', { keyring }],
    ['with a key, where plain ones are accepted', { keyring, acceptPlain: true }],
    ['without a key', {}],
  ])('and compressed is never inflated: %s', async (_, settings) => {
    const codec = new EncryptingCodec(settings);
    await expect(codec.decode([compressedZeros(2_048)])).rejects.toMatchObject({
      ...refused,
      message: /is compressed and not encrypted/,
    });
  });
});

it('inflates no further than it may, and compresses nothing that it could not read again', async () => {
  const keyring = readKeyring(newer, 'payload');
  const [writes, reads] = [1_048_576, 65_536].map(
    (maxInflatedBytes) => new EncryptingCodec({ keyring, maxInflatedBytes }),
  );
  const zeros = payloadOf('0'.repeat(1_000_000));
  const [sealed] = await writes!.encode([zeros]);
  expect(sealed!.data!.length).toBeLessThan(65_536);
  expect((await writes!.decode([sealed!]))[0]!.data!.length).toBe(zeros.data!.length);
  await expect(reads!.decode([sealed!])).rejects.toMatchObject({
    name: 'OversizedPayload',
    message: /inflates to more than 65536 bytes/,
  });
  const [whole] = await reads!.encode([zeros]);
  expect((await reads!.decode([whole!]))[0]!.data!.length).toBe(zeros.data!.length);
});

describe('what is sealed for a run (PayloadCodec-6)', () => {
  const run: SerializationContext = { type: 'workflow', namespace: 'default', workflowId: 'run-1' };
  const codec = codecOf(newer);
  const seal = async (context?: SerializationContext) => (await codec.encode([payloadOf('for run-1')], context))[0]!;
  const open = async (payload: Payload, context?: SerializationContext) =>
    defaultPayloadConverter.fromPayload((await codec.decode([payload], context))[0]!);

  it.each<[string, SerializationContext | undefined]>([
    ['in the run itself', run],
    [
      'in an activity of it',
      { type: 'activity', namespace: 'default', workflowId: 'run-1', activityId: '7', isLocal: false },
    ],
    ['where nobody says which run it is', undefined],
    ['in a run that a schedule began', { ...run, workflowId: 'run-1-2026-11-28T03:10:00Z' }],
  ])('is read %s', async (_, context) => {
    expect(await open(await seal(run), context)).toBe('for run-1');
  });

  it('is read where it was written, in a run that a schedule began', async () => {
    const scheduled = { ...run, workflowId: 'run-1-2026-11-28T03:10:00Z' };
    expect(await open(await seal(scheduled), scheduled)).toBe('for run-1');
    await expect(open(await seal(scheduled), run)).rejects.toMatchObject({ name: 'MisplacedPayload' });
  });

  it.each<[string, SerializationContext]>([
    ['another run', { ...run, workflowId: 'run-2' }],
    ['another namespace', { ...run, namespace: 'other' }],
    ['an activity of another run', { type: 'activity', namespace: 'default', workflowId: 'run-2', isLocal: false }],
  ])('is refused in %s', async (_, context) => {
    await expect(open(await seal(run), context)).rejects.toMatchObject({
      name: 'MisplacedPayload',
      message: /was encrypted for another run/,
    });
  });

  it('cannot be passed off as another run’s, or as nobody’s', async () => {
    const payload = await seal(run);
    const other = (await seal({ ...run, workflowId: 'run-2' })).metadata!['encryption-bound-to']!;
    const { 'encryption-bound-to': _, ...unbound } = payload.metadata!;
    for (const metadata of [{ ...payload.metadata, 'encryption-bound-to': other }, unbound])
      await expect(open({ ...payload, metadata }, { ...run, workflowId: 'run-2' })).rejects.toMatchObject(unreadable);
  });

  it('is not what nobody said the run of, and what older versions wrote: that is read in every run', async () => {
    expect(await open(await seal(), run)).toBe('for run-1');
    const bytes = Buffer.from(proto.temporal.api.common.v1.Payload.encode(payloadOf('older')).finish());
    expect(await open(sealedAs(bytes), run)).toBe('older');
  });
});

it('has a converter that makes a failure of the mark, outside of workflows', async () => {
  const foreign = createRequire(import.meta.url)(dataConverter(newer).payloadConverterPath!) as {
    payloadConverter: PayloadConverter;
  };
  const [mark] = await dataConverter(newer).payloadCodecs![0]!.decode([payloadOf('plain')]);
  expect(() => foreign.payloadConverter.fromPayload(mark!)).toThrow(/is not encrypted/);
  expect(foreign.payloadConverter.fromPayload(payloadOf('read'))).toBe('read');
});

it('reads as null, where only a list is wanted, what it has no key for', async () => {
  const lenient = new LenientCodec(codecOf(other));
  const [unread, read] = await lenient.decode([await encoded('a', newer), await encoded('b', other)]);
  expect([unread, read].map((payload) => defaultPayloadConverter.fromPayload(payload!))).toEqual([null, 'b']);
});
