import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { BlobStore } from '../../src/store/blob-store.js';

let home: string;
let store: BlobStore;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-blobs-'));
  store = new BlobStore(home);
});

afterEach(() => rm(home, { recursive: true, force: true }));

async function files(): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

it('gives back every text as it was put (BlobStore-2)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      expect(await store.readText(await store.putText(text))).toBe(text);
    }),
    { numRuns: 50 },
  );
});

it('gives back the bytes of a file as they were put, and notices damage (BlobStore-2)', async () => {
  const bytes = Buffer.from([0xff, 0xfe, 0, 0xc3, 0x28, 0x89, 0x50]);
  const reference = await store.putBytes(bytes);
  expect(await store.readBytes(reference)).toEqual(bytes);
  const [file] = await files();
  await writeFile(file!, Buffer.from([0xff, 0xfe, 0, 0xc3, 0x28, 0x89, 0x51]));
  await expect(store.readBytes(reference)).rejects.toMatchObject({ type: 'DocumentMissing', message: /was damaged/ });
});

it('keeps the same text once, however many put it at once (BlobStore-3)', async () => {
  const references = await Promise.all(Array.from({ length: 20 }, () => new BlobStore(home).putText('the same')));
  expect(new Set(references.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(await files()).toHaveLength(1);
});

it('keeps texts from others on the machine', async () => {
  await store.putText('private');
  const [file] = await files();
  expect((await stat(file!)).mode & 0o777).toBe(0o600);
});

it('refuses a text that was damaged or cut (BlobStore-2)', async () => {
  const reference = await store.putText('exactly this');
  const [file] = await files();
  await writeFile(file!, 'exactly thus');
  await expect(store.readText(reference)).rejects.toMatchObject({ type: 'DocumentMissing', message: /was damaged/ });
});

it('writes a text anew whose file has another length', async () => {
  const reference = await store.putText('whole');
  const [file] = await files();
  await writeFile(file!, 'who');
  await store.putText('whole');
  expect(await store.readText(reference)).toBe('whole');
});

it('says which text is missing', async () => {
  const reference = { sha256: 'a'.repeat(64), bytes: 7 };
  await expect(store.readText(reference)).rejects.toMatchObject({
    type: 'DocumentMissing',
    message:
      'The stored text aaaaaaaaaaaa… (7 bytes) is not in this home, or was encrypted with a key, and none is given.',
  });
});

it.each(['../../etc/passwd', '', 'A'.repeat(64)])('takes no %j for a reference', async (sha256) => {
  await expect(store.readText({ sha256, bytes: 1 })).rejects.toMatchObject({ type: 'DocumentMissing' });
});

describe('with a key (BlobStore-4)', () => {
  const [older, newer] = [0, 1].map(() => randomBytes(32).toString('base64')) as [string, string];

  it('leaves neither the text nor its hash on the disk', async () => {
    const reference = await new BlobStore(home, newer).putText('nobody reads this');
    const [file] = await files();
    expect(file).not.toContain(reference.sha256);
    expect((await readFile(file!)).toString('latin1')).not.toContain('nobody');
    expect(await new BlobStore(home, newer).readText(reference)).toBe('nobody reads this');
  });

  it('reads what was put with an older key, and without one', async () => {
    const plain = await store.putText('plain');
    const old = await new BlobStore(home, older).putText('old');
    const rotated = new BlobStore(home, `${newer},${older}`);
    expect([await rotated.readText(plain), await rotated.readText(old)]).toEqual(['plain', 'old']);
  });

  it('says that the key is missing or another one', async () => {
    const reference = await new BlobStore(home, older).putText('old');
    await expect(store.readText(reference)).rejects.toThrow(/encrypted with a key, and none is given/);
    await expect(new BlobStore(home, newer).readText(reference)).rejects.toThrow(/none of the keys given/);
  });

  it('notices a file that stands in the place of another', async () => {
    const encrypting = new BlobStore(home, newer);
    const [one, two] = [await encrypting.putText('one'), await encrypting.putText('two')];
    const [first, second] = (await files()) as [string, string];
    await copyFile(first, second);
    const read = [one, two].map((reference) => encrypting.readText(reference).catch(({ type }) => type as string));
    expect(await Promise.all(read)).toContain('DocumentMissing');
  });
});

describe('prune', () => {
  const longAgo = new Date('2020-01-01');

  it('removes what nobody has put since, and nothing else (BlobStore-5)', async () => {
    const [forgotten, putAgain, recent] = [
      await store.putText('forgotten'),
      await store.putText('put again'),
      await store.putText('recent'),
    ];
    const recentFile = (await files()).find((file) => file.endsWith(recent.sha256));
    for (const file of await files()) if (file !== recentFile) await utimes(file, longAgo, longAgo);
    await store.putText('put again');
    const before = Date.parse('2021-01-01');
    expect(await store.prune(before, { dryRun: true })).toEqual({ texts: 1, bytes: 9, oldestAtMs: longAgo.getTime() });
    expect(await store.stats()).toMatchObject({ texts: 3 });
    expect(await store.prune(before)).toMatchObject({ texts: 1, bytes: 9 });
    await expect(store.readText(forgotten)).rejects.toMatchObject({ type: 'DocumentMissing' });
    expect([await store.readText(putAgain), await store.readText(recent)]).toEqual(['put again', 'recent']);
  });

  it('is due once in a while, for one of all who share the store, and where there is something to tidy', async () => {
    expect(await store.isTidyingDue(60_000)).toBe(false);
    await store.putText('something');
    expect(await store.isTidyingDue(60_000)).toBe(true);
    expect(await new BlobStore(home).isTidyingDue(60_000)).toBe(false);
    expect(await store.isTidyingDue(0)).toBe(true);
    expect(await store.stats()).toMatchObject({ texts: 1 });
  });

  it('leaves a text that is put while it looks', async () => {
    const reference = await store.putText('contested');
    const [file] = await files();
    await utimes(file!, longAgo, longAgo);
    await Promise.all([store.prune(Date.parse('2021-01-01')), store.putText('contested')]);
    await store.putText('contested');
    expect(await store.readText(reference)).toBe('contested');
  });
});
