import { promisify } from 'node:util';
import { inflate as inflateCallback, deflate as deflateCallback } from 'node:zlib';

import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

import { openSealed, seal, Unreadable } from '../encryption/index.js';
import type { Keyring } from '../encryption/index.js';
import { UnreadablePayload } from './unreadable-payload.js';

const { Payload: Payloads } = proto.temporal.api.common.v1;
const deflate = promisify(deflateCallback);
const inflate = promisify(inflateCallback);

/** `metadata.encoding`, as Temporal's own codecs and samples spell them. */
const encodings = { compressed: 'binary/zlib', encrypted: 'binary/encrypted' } as const;

/** Below this many bytes compressing does not pay. */
const worthCompressingBytes = 1_024;

/** Binds what is sealed to this use of the key. */
const associated = Buffer.from('fanfold payload 1');

/**
 * Compresses (zlib) and encrypts (AES-256-GCM) what goes into event history.
 *
 * C1. Without a key nothing is encoded, and what is encoded cannot be read: that is an error, never an empty value.
 * C2. The first key encrypts, every key decrypts: a run begun with an old key goes on.
 * C3. Each payload names its key (`encryption-key-id`), so that a wrong key is told from damage.
 * C4. Inputs, results, heartbeats, memos, summaries, details and failures are encoded; names of types, queues and workflow ids,
 *     and search attributes, are not: the server has to read them.
 */
export class EncryptingCodec implements PayloadCodec {
  constructor(private readonly keyring?: Keyring) {}

  /** Whether there is a key to encrypt with. */
  get encrypts(): boolean {
    return this.keyring !== undefined;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#encode(payload)));
  }

  /** @throws UnreadablePayload */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#decode(payload)));
  }

  async #encode(payload: Payload): Promise<Payload> {
    if (this.keyring === undefined || encodingOf(payload) === encodings.encrypted) return payload;
    const { first } = this.keyring;
    return {
      metadata: {
        encoding: Buffer.from(encodings.encrypted),
        'encryption-cipher': Buffer.from('AES-256-GCM'),
        'encryption-key-id': Buffer.from(first.id),
      },
      data: seal(bytesOf(await compressed(payload)), associated, first),
    };
  }

  async #decode(payload: Payload): Promise<Payload> {
    try {
      const inner = encodingOf(payload) === encodings.encrypted ? this.#opened(payload) : payload;
      return encodingOf(inner) === encodings.compressed ? payloadOf(await inflate(inner.data ?? '')) : inner;
    } catch (error) {
      if (error instanceof Unreadable) throw new UnreadablePayload(error.message);
      throw new UnreadablePayload(`is damaged: ${(error as Error).message}`);
    }
  }

  #opened({ data }: Payload): Payload {
    return payloadOf(openSealed(Buffer.from(data ?? new Uint8Array()), associated, this.keyring));
  }
}

async function compressed(payload: Payload): Promise<Payload> {
  const bytes = bytesOf(payload);
  if (bytes.length < worthCompressingBytes) return payload;
  const packed = await deflate(bytes);
  if (packed.length > bytes.length * 0.9) return payload;
  return { metadata: { encoding: Buffer.from(encodings.compressed) }, data: packed };
}

function encodingOf({ metadata }: Payload): string {
  const encoding = metadata?.['encoding'];
  return encoding ? Buffer.from(encoding).toString() : '';
}

function bytesOf(payload: Payload): Buffer {
  return Buffer.from(Payloads.encode(payload).finish());
}

function payloadOf(bytes: Uint8Array): Payload {
  const { metadata, data } = Payloads.decode(bytes);
  return { metadata, data };
}
