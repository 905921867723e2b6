import { createHash, hkdfSync } from 'node:crypto';

import { InputError } from '../contract/errors.js';
import { keyIdBytes } from './cipher.js';
import type { Keyring, SealingKey } from './sealing-key.js';

/** What a key is for; keys for one thing are of no use for another. */
export type Purpose = 'journal' | 'payload' | 'store';

/** What the keys are derived with; changing one of these makes unreadable what was sealed before. */
const derivedWith: Record<Purpose, string> = {
  journal: 'fanfold journal record',
  payload: 'fanfold payload',
  store: 'fanfold stored text',
};

const expected =
  'Expected `FANFOLD_ENCRYPTION_KEY` to be 32 bytes in base64 or hexadecimal, or several such keys as `id:key,id:key` of which the first encrypts';
const advice = 'Make one with `openssl rand -base64 32`.';

/**
 * Reads encryption keys: 32 bytes in base64 (or base64url) or hexadecimal, or several, separated by commas, each with a name of
 * one's own and a colon in front of it if one likes.
 *
 * The same variable encrypts journal, history and stored texts; the keys of each are derived from it (HKDF, RFC 5869).
 *
 * @throws InputError that shows nothing of the keys
 */
export function readKeyring(text: string, purpose: Purpose): Keyring {
  const parts = text.split(',').map((part) => part.trim());
  const keys = parts.map((part, index) => {
    const material = readMaterial(part.slice(part.lastIndexOf(':') + 1).trim());
    if (material.length === 32) return sealingKey(material, purpose);
    const which = parts.length === 1 ? '' : ` in key ${index + 1} of ${parts.length}`;
    const got = material.length === 0 ? 'something that is neither' : `${material.length} bytes`;
    throw new InputError(`${expected}, got ${got}${which}.`, advice);
  });
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [first] = keys;
  if (first === undefined) throw new InputError(`${expected}, got nothing.`, advice);
  return { first, byId };
}

function readMaterial(text: string): Buffer {
  // Hexadecimal first: 64 of its digits are base64 as well.
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
}

function sealingKey(material: Buffer, purpose: Purpose): SealingKey {
  const secret = new Uint8Array(hkdfSync('sha256', material, '', derivedWith[purpose], 32));
  const id = createHash('sha256').update(`fanfold ${purpose} key id`).update(secret).digest();
  return { id: id.subarray(0, keyIdBytes).toString('hex'), secret };
}
