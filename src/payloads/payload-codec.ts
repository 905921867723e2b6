import { promisify } from 'node:util';
import { inflate as inflateCallback, deflate as deflateCallback } from 'node:zlib';

import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';

import { refusedEncoding } from '../contract/refused.js';
import type { RefusedMark } from '../contract/refused.js';
import { openSealed, seal, Unreadable } from '../encryption/index.js';
import type { Keyring } from '../encryption/index.js';
import { bindingOf, isBoundTo } from './binding.js';
import { RefusedPayload, UnreadablePayload } from './unreadable-payload.js';

const { Payload: Payloads } = proto.temporal.api.common.v1;
const deflate = promisify(deflateCallback);
const inflate = promisify(inflateCallback);

/** `metadata.encoding`, as Temporal's own codecs and samples spell them. */
const encodings = { compressed: 'binary/zlib', encrypted: 'binary/encrypted' } as const;

/** `metadata` that says which run a payload was sealed for; the seal vouches for it. */
const boundTo = 'encryption-bound-to';

/** Below this many bytes compressing does not pay. */
const worthCompressingBytes = 1_024;

/**
 * Most bytes that a payload may inflate to. Temporal takes 2 MB a payload and 4 MB a message by default (`limit.blobSize.error`), and
 * fanfold keeps longer texts than 20 KB elsewhere: this is eight times what can travel uncompressed. Larger ones are not compressed.
 */
const defaultMaxInflatedBytes = 16 * 1_024 * 1_024;

export interface CodecSettings {
  /** Encryption keys. Without one nothing is encrypted. */
  keyring?: Keyring | undefined;
  /** Whether payloads that are not encrypted are read although there is a key. */
  acceptPlain?: boolean;
  /** Whether a refused payload becomes a mark, of which a payload converter makes a failure; by default it throws. */
  marksRefused?: boolean;
  /** Most bytes that a payload may inflate to; 16 MiB by default. */
  maxInflatedBytes?: number;
}

/**
 * Compresses (zlib) and encrypts (AES-256-GCM) what goes into event history.
 *
 * PayloadCodec-1. Without a key nothing is encoded, and an encoded payload cannot be read: that is an error, never an empty
 *     value.
 * PayloadCodec-2. The first key encrypts, every key decrypts: a run begun with an old key goes on.
 * PayloadCodec-3. Each payload names its key (`encryption-key-id`), so that a wrong key can be told from damage.
 * PayloadCodec-4. Inputs, results, heartbeats, memos, summaries, details and failures are encoded. Names of types, queues and
 *     workflow ids, and search attributes, are not: the server has to read them.
 * PayloadCodec-5. With a key no plain payload is read, unless `acceptPlain` says so. A payload that is only compressed is never
 *     read: nothing writes it.
 * PayloadCodec-6. A payload that is sealed for a run is read nowhere else. A payload for which the SDK names no run is bound to
 *     none, nor are those of older versions. Where the SDK names no run, as at the codec server, bound payloads are read as well.
 */
export class EncryptingCodec implements PayloadCodec {
  readonly #settings: CodecSettings;
  readonly #maxInflatedBytes: number;

  constructor(settings: CodecSettings = {}) {
    this.#settings = settings;
    this.#maxInflatedBytes = settings.maxInflatedBytes ?? defaultMaxInflatedBytes;
  }

  /** Whether there is a key to encrypt with. */
  get encrypts(): boolean {
    return this.#settings.keyring !== undefined;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#encode(payload, context)));
  }

  /** @throws UnreadablePayload, of which RefusedPayload is one */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#decodeOrMark(payload, context)));
  }

  async #encode(payload: Payload, context: SerializationContext | undefined): Promise<Payload> {
    const { keyring } = this.#settings;
    if (keyring === undefined || encodingOf(payload) === encodings.encrypted) return payload;
    const binding = bindingOf(context);
    return {
      metadata: {
        encoding: Buffer.from(encodings.encrypted),
        'encryption-cipher': Buffer.from('AES-256-GCM'),
        'encryption-key-id': Buffer.from(keyring.first.id),
        ...(binding !== undefined && { [boundTo]: Buffer.from(binding) }),
      },
      data: seal(bytesOf(await this.#compressed(payload)), associatedWith(binding), keyring.first),
    };
  }

  async #decodeOrMark(payload: Payload, context: SerializationContext | undefined): Promise<Payload> {
    try {
      return await this.#decode(payload, context);
    } catch (error) {
      if (!(error instanceof RefusedPayload) || !this.#settings.marksRefused) throw error;
      return refusedMark({ type: error.refusal, message: `${error.message} ${error.advice}` });
    }
  }

  async #decode(payload: Payload, context: SerializationContext | undefined): Promise<Payload> {
    const encoding = encodingOf(payload);
    if (encoding === encodings.compressed)
      throw new RefusedPayload('PlainPayload', 'is compressed and not encrypted, as fanfold writes none');
    if (encoding === encodings.encrypted) return this.#opened(payload, context);
    if (this.encrypts && !this.#settings.acceptPlain)
      throw new RefusedPayload('PlainPayload', 'is not encrypted, and whoever reads it has a key');
    return payload;
  }

  async #opened({ data, metadata }: Payload, context: SerializationContext | undefined): Promise<Payload> {
    const mark = metadata?.[boundTo];
    const binding = mark && Buffer.from(mark).toString();
    try {
      const sealed = Buffer.from(data ?? new Uint8Array());
      const inner = payloadOf(openSealed(sealed, associatedWith(binding), this.#settings.keyring));
      if (binding && !isBoundTo(binding, context))
        throw new RefusedPayload('MisplacedPayload', 'was encrypted for another run');
      return encodingOf(inner) === encodings.compressed ? payloadOf(await this.#inflated(inner)) : inner;
    } catch (error) {
      if (error instanceof UnreadablePayload) throw error;
      if (error instanceof Unreadable) throw new UnreadablePayload(error.message);
      throw new UnreadablePayload(`is damaged: ${(error as Error).message}`);
    }
  }

  async #compressed(payload: Payload): Promise<Payload> {
    const bytes = bytesOf(payload);
    if (bytes.length < worthCompressingBytes || bytes.length > this.#maxInflatedBytes) return payload;
    const packed = await deflate(bytes);
    if (packed.length > bytes.length * 0.9) return payload;
    return { metadata: { encoding: Buffer.from(encodings.compressed) }, data: packed };
  }

  async #inflated({ data }: Payload): Promise<Buffer> {
    const maxOutputLength = this.#maxInflatedBytes;
    try {
      return await inflate(data ?? '', { maxOutputLength });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
      throw new RefusedPayload('OversizedPayload', `inflates to more than ${maxOutputLength} bytes`);
    }
  }
}

/** Whether a payload stands in the place of one that was refused. */
export function isRefused(payload: Payload): boolean {
  return encodingOf(payload) === refusedEncoding;
}

export function isEncrypted(payload: Payload): boolean {
  return encodingOf(payload) === encodings.encrypted;
}

function refusedMark(mark: RefusedMark): Payload {
  return { metadata: { encoding: Buffer.from(refusedEncoding) }, data: Buffer.from(JSON.stringify(mark)) };
}

/** The associated data of a seal: it binds the text to this use of the key, and to its run. */
function associatedWith(binding: string | undefined): Buffer {
  return Buffer.from(binding === undefined ? 'fanfold payload 1' : `fanfold payload 2 ${binding}`);
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
