import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { DataConverter } from '@temporalio/common';

import { FanfoldError } from '../contract/errors.js';
import { readKeyring } from '../encryption/index.js';
import type { Keyring } from '../encryption/index.js';
import { EncryptingCodec } from './payload-codec.js';

/**
 * A codec that encrypts and compresses with a key, and leaves everything as it is without. It reads plain payloads as well, and
 * throws at payloads that it refuses.
 *
 * @throws InputError that shows nothing of the keys
 */
export function payloadCodec(encryptionKey?: string): EncryptingCodec {
  return new EncryptingCodec({ keyring: keyringOf(encryptionKey), acceptPlain: true });
}

/** What a data converter with a key reads. */
export interface DataConverterSettings {
  /**
   * Whether payloads that are not encrypted are read although there is a key, such as those of runs that began without one;
   * `false` by default.
   */
  acceptPlain?: boolean;
}

/**
 * The converter of event history for clients and workers: it encrypts and compresses with a key, and leaves payloads plain
 * without. With a key, a payload that is not encrypted, or was encrypted for another run, is a failure `PlainPayload` or
 * `MisplacedPayload` where it would have been used.
 *
 * @param encryptionKey `FANFOLD_ENCRYPTION_KEY`: 32 bytes in base64 or hexadecimal; several, separated by commas, where a key is
 *   being replaced: the first encrypts, all decrypt
 * @throws InputError that shows nothing of the keys
 */
export function dataConverter(
  encryptionKey?: string,
  { acceptPlain = false }: DataConverterSettings = {},
): DataConverter {
  const payloadCodecs = [new EncryptingCodec({ keyring: keyringOf(encryptionKey), acceptPlain, marksRefused: true })];
  if (!encryptionKey) return { payloadCodecs };
  return {
    payloadCodecs,
    payloadConverterPath: pathOf('payload-converter.cjs'),
    failureConverterPath: pathOf('failure-converter.cjs'),
  };
}

/** As {@link dataConverter}, for readers: runs of a time without a key are read, and a refused payload throws at once. */
export function readingConverter(encryptionKey?: string): DataConverter {
  const payloadCodecs = [payloadCodec(encryptionKey)];
  return encryptionKey ? { payloadCodecs, failureConverterPath: pathOf('failure-converter.cjs') } : { payloadCodecs };
}

/** Ids of keys as history names them, the one that encrypts first; none without a key. */
export function keyIds(encryptionKey?: string): string[] {
  if (!encryptionKey) return [];
  const { first, byId } = readKeyring(encryptionKey, 'payload');
  return [...new Set([first.id, ...byId.keys()])];
}

function keyringOf(encryptionKey: string | undefined): Keyring | undefined {
  return encryptionKey ? readKeyring(encryptionKey, 'payload') : undefined;
}

// The converters lie beside the compiled code, or in `dist` when the sources themselves are run.
const places = ['./', '../../dist/src/payloads/'];

/** Temporal loads converters by their path. */
function pathOf(name: string): string {
  const path = places.map((place) => fileURLToPath(new URL(place + name, import.meta.url))).find(existsSync);
  if (path === undefined)
    throw new FanfoldError('NotBuilt', `The converter ${name} is missing.`, 'Run `npm run build`.');
  return path;
}
