import { createHash, randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { readKeyring } from '../../src/encryption/index.js';
import { decodeRecord, encodeRecord } from '../../src/journal/record/record.js';
import { entryOf, keyOf } from './entries.js';

const [older, newer] = [randomBytes(32), randomBytes(32)];
const plain = undefined;
const sealed = readKeyring(older.toString('base64'), 'journal');
const key = keyOf('a');
const json = fc.jsonValue({ stringUnit: 'binary' });
const unreadable = { name: 'Unreadable' };

it.each([
  ['plain', plain],
  ['encrypted', sealed],
])('gives back what was kept, %s: any JSON', async (_, keyring) => {
  await fc.assert(
    fc.asyncProperty(json, fc.nat(3_000), async (value, padding) => {
      const entry = entryOf([value, ' '.repeat(padding)]);
      const record = await encodeRecord(key, entry, keyring);
      expect(JSON.stringify(await decodeRecord(key, record, keyring))).toBe(JSON.stringify(entry));
    }),
    { numRuns: 50 },
  );
});

it.each([
  ['plain', plain],
  ['encrypted', sealed],
])(
  'is unreadable, %s, when any byte is changed, cut off, added or moved under another key (Journal-2)',
  async (_, keyring) => {
    const short = await encodeRecord(key, entryOf('short'), keyring);
    for (let index = 0; index < short.length; index += 1) {
      const flipped = Buffer.from(short);
      flipped[index]! ^= 1 + Math.floor(Math.random() * 255);
      await expect(decodeRecord(key, flipped, keyring)).rejects.toMatchObject(unreadable);
      await expect(decodeRecord(key, short.subarray(0, index), keyring)).rejects.toMatchObject(unreadable);
    }
    await expect(decodeRecord(key, Buffer.concat([short, Buffer.alloc(1)]), keyring)).rejects.toMatchObject(unreadable);
    await expect(decodeRecord(keyOf('b'), short, keyring)).rejects.toMatchObject(unreadable);

    const long = await encodeRecord(key, entryOf('long '.repeat(10_000)), keyring);
    await fc.assert(
      fc.asyncProperty(fc.nat(long.length - 1), fc.integer({ min: 1, max: 255 }), async (index, change) => {
        const flipped = Buffer.from(long);
        flipped[index]! ^= change;
        await expect(decodeRecord(key, flipped, keyring)).rejects.toMatchObject(unreadable);
      }),
      { numRuns: 50 },
    );
  },
);

it.each([null, 7, 'text', new Uint8Array()])(
  'takes %j, which a damaged database may hold, for unreadable (Journal-2)',
  async (record) => {
    await expect(decodeRecord(key, record, plain)).rejects.toMatchObject(unreadable);
  },
);

/** A record with nothing wrong but what it holds. */
function recordOf([version, flags]: readonly [number, number], body: string): Buffer {
  const header = Buffer.from([version, flags]);
  const digest = createHash('sha256').update(Buffer.from(key, 'hex')).update(header).update(body).digest();
  return Buffer.concat([header, Buffer.from(body), digest]);
}

it.each([
  ['is of a later version', recordOf([2, 0], '{}'), 'has the unknown format 2'],
  ['is empty', Buffer.alloc(0), 'is empty'],
  ['is cut short', recordOf([1, 0], '').subarray(0, -1), 'is cut short'],
  ['holds nothing', recordOf([1, 0], ''), 'is damaged: it holds no JSON'],
  ['holds no JSON', recordOf([1, 0], 'none'), 'is damaged: it holds no JSON'],
  ['is not packed as it says', recordOf([1, 1], 'none'), /^is damaged: (?!it holds)/],
])('says why it cannot read what %s', async (_, record, message) => {
  await expect(decodeRecord(key, record, plain)).rejects.toMatchObject({
    ...unreadable,
    message: expect.stringMatching(message),
    lacksKey: false,
  });
});

it('reads what it has written, however long and easy to pack', async () => {
  const entry = entryOf(' '.repeat(16 * 1_024 * 1_024));
  expect(await decodeRecord(key, await encodeRecord(key, entry))).toEqual(entry);
});

it('makes long texts smaller, encrypted too', async () => {
  const entry = entryOf('The parties agree. '.repeat(5_000));
  for (const keyring of [plain, sealed]) {
    expect((await encodeRecord(key, entry, keyring)).length).toBeLessThan(JSON.stringify(entry).length / 10);
  }
});

it('shows nothing of an encrypted text, and never the same bytes twice', async () => {
  const entry = entryOf('CANARY');
  const [first, second] = [await encodeRecord(key, entry, sealed), await encodeRecord(key, entry, sealed)];
  expect(first.includes('CANARY')).toBe(false);
  expect(first.equals(second)).toBe(false);
});

it('encrypts with the first key and decrypts with all, however they are written and named', async () => {
  const before = await encodeRecord(key, entryOf('before'), readKeyring(older.toString('hex'), 'journal'));
  const rotated = readKeyring(` new:${newer.toString('base64url')} , old:${older.toString('base64')}`, 'journal');
  const after = await encodeRecord(key, entryOf('after'), rotated);
  expect(await decodeRecord(key, before, rotated)).toMatchObject({ answer: 'before' });
  expect(await decodeRecord(key, after, readKeyring(newer.toString('hex').toUpperCase(), 'journal'))).toMatchObject({
    answer: 'after',
  });
  await expect(decodeRecord(key, after, sealed)).rejects.toMatchObject(unreadable);
  await expect(decodeRecord(key, after)).rejects.toMatchObject(unreadable);
});

it('reads plain records when a key is given: turning encryption on costs no answer', async () => {
  const record = await encodeRecord(key, entryOf('before'));
  expect(await decodeRecord(key, record, sealed)).toMatchObject({ answer: 'before' });
});

it.each([
  ['too short', randomBytes(31).toString('base64'), 'got 31 bytes.'],
  ['a hexadecimal digit missing', randomBytes(32).toString('hex').slice(1), 'got '],
  ['neither', 'not a key!', 'got something that is neither.'],
  ['in words before it', `!${older.toString('base64')}`, 'got something that is neither.'],
  ['in words after it', `${older.toString('base64')}!`, 'got something that is neither.'],
  ['a hexadecimal digit too long', `${older.toString('hex')}0`, 'got 48 bytes.'],
  ['empty among several', `a:${older.toString('hex')},`, 'got something that is neither in key 2 of 2.'],
  ['wrong among several', `a:${older.toString('hex')},b:${'c'.repeat(20)}`, 'got 15 bytes in key 2 of 2.'],
])('refuses a key that is %s, without showing it', (_, text, got) => {
  const error = refusal(text);
  expect(error).toMatchObject({ name: 'InputError' });
  expect(error.message).toContain(
    'Expected `FANFOLD_ENCRYPTION_KEY` to be 32 bytes in base64 or hexadecimal, or several such keys as `id:key,id:key`',
  );
  expect(error.message).toContain(got);
  for (const secret of text.split(/[,:]/).filter(({ length }) => length > 3))
    expect(error.message).not.toContain(secret);
});

function refusal(text: string): Error {
  try {
    readKeyring(text, 'journal');
  } catch (error) {
    return error as Error;
  }
  throw new Error('was not refused');
}

it.each([
  ['plain', plain],
  ['encrypted', sealed],
])('inflates no further than it may, %s', async (_, keyring) => {
  const record = await encodeRecord(key, entryOf('0'.repeat(1_000_000)), keyring);
  expect(record.length).toBeLessThan(65_536);
  await expect(decodeRecord(key, record, keyring, 65_536)).rejects.toMatchObject({
    ...unreadable,
    message: 'inflates to more than 65536 bytes',
  });
});
