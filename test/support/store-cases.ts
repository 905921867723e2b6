import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, it, onTestFinished } from 'vitest';

import { BlobStore } from '../../src/store/blob-store.js';

/**
 * What every place of a store keeps to.
 *
 * @param freshPlace names an empty one that nobody else uses
 * @param clockMs how fine the place's own clock is, in milliseconds
 */
export function storeCases(freshPlace: () => Promise<string>, clockMs: number): void {
  const open = (place: string, key?: string) => {
    const store = new BlobStore(place, key);
    onTestFinished(() => store.close());
    return store;
  };

  it('gives back what was put, by whoever put it, and says what is missing (BlobStore-2)', async () => {
    const place = await freshPlace();
    const [one, other] = [open(place), open(place)];
    const texts = ['', 'ü\u0000', 'x'.repeat(1_200_000)];
    const references = await Promise.all(texts.map((text) => one.putText(text)));
    expect(await Promise.all(references.map((reference) => other.readText(reference)))).toEqual(texts);
    const bytes = randomBytes(1_500);
    expect(await other.readBytes(await one.putBytes(bytes))).toEqual(bytes);
    await expect(other.readText({ sha256: 'a'.repeat(64), bytes: 7 })).rejects.toMatchObject({
      type: 'DocumentMissing',
      message: expect.stringMatching(/^The stored text aaaaaaaaaaaa… \(7 bytes\) is not in the store (postgres|s3):/),
    });
  });

  it('has the same text once, however many put it at once (BlobStore-3)', async () => {
    const place = await freshPlace();
    const stores = [open(place), open(place)];
    await Promise.all(Array.from({ length: 10 }, (_, at) => stores[at % 2]!.putText('the same')));
    expect(await stores[0]!.stats()).toMatchObject({ texts: 1, bytes: 8 });
  });

  it('keeps it encrypted under a name that tells nothing (BlobStore-4)', async () => {
    const place = await freshPlace();
    const key = randomBytes(32).toString('base64');
    const plain = await open(place).putText('before there was a key');
    const sealed = await open(place, key).putText('afterwards');
    const reader = open(place, key);
    expect([await reader.readText(plain), await reader.readText(sealed)]).toEqual([
      'before there was a key',
      'afterwards',
    ]);
    await expect(open(place).readText(sealed)).rejects.toThrow(/was encrypted with a key, and none is given/);
  });

  it('removes what nobody has put since, small and large (BlobStore-5)', async () => {
    const store = open(await freshPlace());
    const large = 'y'.repeat(1_100_000);
    const forgotten = await store.putText('forgotten');
    const again = await store.putText('put again');
    const largeAgain = await store.putText(large);
    await sleep(2 * clockMs);
    const { oldestAtMs } = await store.stats();
    await store.putText('put again');
    await store.putText(large);
    // Between the first time and the second, by the place's own clock.
    const before = oldestAtMs! + 1.5 * clockMs;
    expect(await store.prune(before, { dryRun: true })).toEqual({ texts: 1, bytes: 9, oldestAtMs });
    expect(await store.stats()).toMatchObject({ texts: 3 });
    expect(await store.prune(before)).toEqual({ texts: 1, bytes: 9, oldestAtMs });
    await expect(store.readText(forgotten)).rejects.toMatchObject({ type: 'DocumentMissing' });
    expect(await store.readText(again)).toBe('put again');
    expect(await store.readText(largeAgain)).toBe(large);
  });

  it('is tidied by one of those who share it, once there is something to tidy', async () => {
    const place = await freshPlace();
    const [one, other] = [open(place), open(place)];
    expect(await one.isTidyingDue(60_000)).toBe(false);
    await one.putText('something');
    expect([await one.isTidyingDue(60_000), await other.isTidyingDue(60_000)]).toEqual([true, false]);
    expect(await one.stats()).toMatchObject({ texts: 1 });
  });
}
