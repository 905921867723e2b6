import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

const { isStale } = (await import(new URL('../../scripts/is-stale.mjs', import.meta.url).href)) as {
  isStale: (output: string, inputs: readonly string[]) => Promise<boolean>;
};

it('makes again what is not there, and what is older than anything that it is made of', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-stale-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [output, sources, alone] = ['out.js', 'sources', 'alone.json'].map((name) => join(folder, name));
  const deep = join(sources!, 'deep', 'deep.js');
  const stale = () => isStale(output!, [sources!, alone!]);
  const at = (path: string, seconds: number) => utimes(path, seconds, seconds);
  await mkdir(join(deep, '..'), { recursive: true });
  for (const path of [deep, alone!]) await writeFile(path, '');
  for (const path of [deep, join(deep, '..'), sources!, alone!]) await at(path, 100);
  expect(await stale()).toBe(true);
  await writeFile(output!, '');
  await at(output!, 200);
  expect(await stale()).toBe(false);
  for (const path of [deep, sources!, alone!]) {
    await at(path, 300);
    expect(await stale(), path).toBe(true);
    await at(path, 100);
  }
});
