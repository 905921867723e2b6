import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import type { Keyring, SealingKey } from './sealing-key.js';
import { Unreadable } from './unreadable.js';

const algorithm = 'aes-256-gcm';

/** The parts of a sealed text besides the text, in bytes. */
export const keyIdBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM: key id, random nonce, ciphertext, tag.
 *
 * A random nonce is safe for 2^32 texts under one key (NIST SP 800-38D, section 8.3).
 *
 * @param associated what else the tag is to vouch for; the key id and the nonce are in it anyway
 */
export function seal(text: Buffer, associated: Buffer, { id, secret }: SealingKey): Buffer {
  const keyId = Buffer.from(id, 'hex');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, secret, nonce).setAAD(Buffer.concat([associated, keyId]));
  return Buffer.concat([keyId, nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what {@link seal} has made.
 *
 * @throws Unreadable when it is cut short, none of the keys is its own, or the tag does not vouch for it
 */
export function openSealed(sealed: Buffer, associated: Buffer, keyring: Keyring | undefined): Buffer {
  if (sealed.length < keyIdBytes + nonceBytes + tagBytes) throw new Unreadable('is cut short');
  const keyId = sealed.subarray(0, keyIdBytes);
  const nonce = sealed.subarray(keyIdBytes, keyIdBytes + nonceBytes);
  const decipher = createDecipheriv(algorithm, keyOf(keyId.toString('hex'), keyring).secret, nonce, {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.concat([associated, keyId]))
    .setAuthTag(sealed.subarray(-tagBytes));
  const start = decipher.update(sealed.subarray(keyIdBytes + nonceBytes, -tagBytes));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    throw new Unreadable('is damaged, or was encrypted with another key');
  }
}

function keyOf(id: string, keyring: Keyring | undefined): SealingKey {
  const key = keyring?.byId.get(id);
  if (key !== undefined) return key;
  const which = keyring === undefined ? 'no encryption key is given' : `none of the keys given has its id ${id}`;
  throw new Unreadable(`is encrypted, and ${which}`, true);
}
