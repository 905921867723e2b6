import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('gives back every text as it was put (B2)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      expect(await store.readText(await store.putText(text))).toBe(text);
    }),
    { numRuns: 50 },
  );
});

it('keeps the same text once, however many put it at once (B3)', async () => {
  const references = await Promise.all(Array.from({ length: 20 }, () => new BlobStore(home).putText('the same')));
  expect(new Set(references.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(await files()).toHaveLength(1);
});

it('keeps texts from others on the machine', async () => {
  await store.putText('private');
  const [file] = await files();
  expect((await stat(file!)).mode & 0o777).toBe(0o600);
});

it('refuses a text that was damaged or cut (B2)', async () => {
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
    message: 'The stored text aaaaaaaaaaaa… (7 bytes) is not in this home.',
  });
});

it.each(['../../etc/passwd', '', 'A'.repeat(64)])('takes no %j for a reference', async (sha256) => {
  await expect(store.readText({ sha256, bytes: 1 })).rejects.toMatchObject({ type: 'DocumentMissing' });
});
