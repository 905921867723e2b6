import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { DataConverter } from '@temporalio/common';

import { FanfoldError } from '../contract/errors.js';
import { readKeyring } from '../encryption/index.js';
import { EncryptingCodec } from './payload-codec.js';

/** Encrypts and compresses with a key, leaves all as it is without. @throws InputError that shows nothing of the keys */
export function payloadCodec(encryptionKey?: string): EncryptingCodec {
  return new EncryptingCodec(encryptionKey ? readKeyring(encryptionKey, 'payload') : undefined);
}

/**
 * How clients and workers write and read event history: encrypted and compressed with a key, plain without.
 *
 * @param encryptionKey `FANFOLD_ENCRYPTION_KEY`: 32 bytes in base64 or hexadecimal; several, separated by commas, where a key is
 *   being replaced: the first encrypts, all decrypt
 * @throws InputError that shows nothing of the keys
 */
export function dataConverter(encryptionKey?: string): DataConverter {
  const payloadCodecs = [payloadCodec(encryptionKey)];
  return encryptionKey ? { payloadCodecs, failureConverterPath: failureConverterPath() } : { payloadCodecs };
}

/** Ids of keys as history names them, the one that encrypts first; none without a key. */
export function keyIds(encryptionKey?: string): string[] {
  if (!encryptionKey) return [];
  const { first, byId } = readKeyring(encryptionKey, 'payload');
  return [...new Set([first.id, ...byId.keys()])];
}

// Beside the compiled code, or in `dist` when the sources themselves are run.
const places = ['./failure-converter.cjs', '../../dist/src/payloads/failure-converter.cjs'];

function failureConverterPath(): string {
  const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (path === undefined)
    throw new FanfoldError('NotBuilt', 'The failure converter is missing.', 'Run `npm run build`.');
  return path;
}
