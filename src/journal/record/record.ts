import { createHash, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

import type { Entry } from '../entry.js';
import { openSealed, seal, Unreadable } from '../../encryption/index.js';
import type { Keyring } from '../../encryption/index.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

const version = 1;
const compressed = 1;
const encrypted = 2;
const headerBytes = 2;
const digestBytes = 32;

/** Below this many bytes compressing does not pay. */
const worthCompressingBytes = 1_024;

/**
 * Most bytes that a record may inflate to: whoever can write to the journal is not to fill a worker's memory. The longest answer, of
 * 128,000 tokens at four bytes or so, is half a megabyte. Larger entries are not compressed.
 */
const defaultMaxInflatedBytes = 16 * 1_024 * 1_024;

/**
 * An entry as bytes: `version, flags, JSON, SHA-256`, or encrypted `version, flags, key id, nonce, JSON, tag`; the JSON deflated
 * where that makes it smaller by a tenth.
 *
 * Record-1. The digest, and the tag by its associated data, cover the record's key and the header: neither a byte of the record
 *     nor the place it stands in can change unnoticed.
 * Record-2. Without encryption keys an encrypted record is unreadable. With them a plain one is readable, so that turning
 *     encryption on costs no answer. The digest of a plain record is no protection against somebody who can write to the store.
 */
export async function encodeRecord(key: string, entry: Entry, keyring?: Keyring): Promise<Buffer> {
  const json = Buffer.from(JSON.stringify(entry));
  const isWorth = json.length >= worthCompressingBytes && json.length <= defaultMaxInflatedBytes;
  const packed = isWorth ? await deflate(json) : json;
  const pays = packed.length < json.length * 0.9;
  const body = pays ? packed : json;
  const header = Buffer.from([version, (pays ? compressed : 0) | (keyring === undefined ? 0 : encrypted)]);
  if (keyring !== undefined) return Buffer.concat([header, seal(body, boundTo(key, header), keyring.first)]);
  return Buffer.concat([header, body, digest(key, header, body)]);
}

/**
 * @param record as the store found it: a damaged database may hold anything in the place of bytes
 * @param maxInflatedBytes most bytes that it may inflate to; 16 MiB by default
 * @throws Unreadable
 */
export async function decodeRecord(
  key: string,
  record: unknown,
  keyring?: Keyring,
  maxInflatedBytes: number = defaultMaxInflatedBytes,
): Promise<Entry> {
  if (!(record instanceof Uint8Array)) throw new Unreadable('is damaged');
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  const [found, flags = 0] = bytes;
  if (found !== version) throw new Unreadable(found === undefined ? 'is empty' : `has the unknown format ${found}`);
  const header = bytes.subarray(0, headerBytes);
  const rest = bytes.subarray(headerBytes);
  const body = (flags & encrypted) === 0 ? checked(key, header, rest) : openSealed(rest, boundTo(key, header), keyring);
  const json = (flags & compressed) === 0 ? body : await inflated(body, maxInflatedBytes);
  try {
    return JSON.parse(json.toString()) as Entry;
  } catch {
    throw new Unreadable('is damaged: it holds no JSON');
  }
}

async function inflated(body: Buffer, maxOutputLength: number): Promise<Buffer> {
  try {
    return await inflate(body, { maxOutputLength });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isTooLarge = code === 'ERR_BUFFER_TOO_LARGE';
    throw new Unreadable(isTooLarge ? `inflates to more than ${maxOutputLength} bytes` : `is damaged: ${message}`);
  }
}

function checked(key: string, header: Buffer, rest: Buffer): Buffer {
  if (rest.length < digestBytes) throw new Unreadable('is cut short');
  const body = rest.subarray(0, -digestBytes);
  if (!timingSafeEqual(digest(key, header, body), rest.subarray(-digestBytes))) throw new Unreadable('is damaged');
  return body;
}

function digest(key: string, header: Buffer, body: Buffer): Buffer {
  return createHash('sha256').update(boundTo(key, header)).update(body).digest();
}

function boundTo(key: string, header: Buffer): Buffer {
  return Buffer.concat([Buffer.from(key, 'hex'), header]);
}
