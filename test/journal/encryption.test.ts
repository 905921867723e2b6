import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { entryOf, keyOf } from './entries.js';
import { backends, makeSite, open, postgres } from './journals.js';

const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')];

/** Longer and shorter than what is compressed. */
const canaries = ['CANARY', `CANARY ${randomBytes(2_000).toString('hex')}`];

describe.each(backends)('the encrypted %s journal', (backend) => {
  it('writes no plain text to any file', async () => {
    const place = await makeSite(backend);
    const directory = backend === 'embedded' ? place.home : (await postgres()).directory;
    const journal = await open(place, { encryptionKey: older });
    for (const canary of canaries) await journal.put(keyOf(canary), entryOf(canary, { model: `${canary} model` }));
    expect(await filesWith(directory, 'CANARY')).toEqual([]);

    // The search finds what is there.
    await (await open(place)).put(keyOf('plain'), entryOf('CANARY'));
    expect((await filesWith(directory, 'CANARY')).length).toBeGreaterThan(0);
  });

  it('reads what older keys and no key have written, and writes with the first', async () => {
    const place = await makeSite(backend);
    await (await open(place)).put(keyOf('plain'), entryOf('plain'));
    await (await open(place, { encryptionKey: older })).put(keyOf('older'), entryOf('older'));
    const rotated = await open(place, { encryptionKey: `new:${newer},old:${older}` });
    await rotated.put(keyOf('newer'), entryOf('newer'));
    for (const question of ['plain', 'older', 'newer']) {
      expect(await rotated.get(keyOf(question))).toMatchObject({ answer: question });
    }
    expect(await (await open(place, { encryptionKey: newer })).get(keyOf('newer'))).toMatchObject({ answer: 'newer' });
  });

  it('asks again, with a warning, for what it has no key for', async () => {
    const place = await makeSite(backend);
    await (await open(place, { encryptionKey: older })).put(keyOf('a'), entryOf('a'));
    const warnings: string[] = [];
    const onWarning = (warning: string) => warnings.push(warning);
    expect(await (await open(place, { onWarning })).get(keyOf('a'))).toBeUndefined();
    const other = await open(place, { onWarning, encryptionKey: newer });
    expect(await other.get(keyOf('a'))).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(
        /record [0-9a-f]{12}… is encrypted, and no encryption key is given; the question is asked again/,
      ),
      expect.stringMatching(
        /is encrypted, and none of the keys given has its id [0-9a-f]{16}; the question is asked again/,
      ),
    ]);
    await other.once(keyOf('a'), {}, () => Promise.resolve({ value: 'again', entry: entryOf('again') }));
    expect(await other.get(keyOf('a'))).toMatchObject({ answer: 'again' });
  });
});

async function filesWith(directory: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    if ((await stat(path)).isFile() && (await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
