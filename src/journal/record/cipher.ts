import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import type { RecordKey } from './keyring.js';
import { UnreadableRecord } from './unreadable-record.js';

const algorithm = 'aes-256-gcm';

/** The parts of a sealed text besides the text, in bytes. */
export const keyIdBytes = 8;
export const nonceBytes = 12;
export const tagBytes = 16;

/**
 * AES-256-GCM: key id, random nonce, ciphertext, tag.
 *
 * A random nonce is safe for 2^32 texts under one key (NIST SP 800-38D, section 8.3).
 *
 * @param associated what else the tag is to vouch for; the key id and the nonce are in it anyway
 */
export function seal(text: Buffer, associated: Buffer, { id, secret }: RecordKey): Buffer {
  const keyId = Buffer.from(id, 'hex');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, secret, nonce).setAAD(Buffer.concat([associated, keyId]));
  return Buffer.concat([keyId, nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** @throws UnreadableRecord when the tag does not vouch for it */
export function openSealed(sealed: Buffer, associated: Buffer, { secret }: RecordKey): Buffer {
  const keyId = sealed.subarray(0, keyIdBytes);
  const nonce = sealed.subarray(keyIdBytes, keyIdBytes + nonceBytes);
  const decipher = createDecipheriv(algorithm, secret, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.concat([associated, keyId]))
    .setAuthTag(sealed.subarray(-tagBytes));
  const start = decipher.update(sealed.subarray(keyIdBytes + nonceBytes, -tagBytes));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    throw new UnreadableRecord('is damaged, or was encrypted with another key');
  }
}
