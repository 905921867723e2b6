import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, it } from 'vitest';

import { root } from './support/fanfold.js';

interface Script {
  apiPages(): Promise<Record<string, string>>;
  hiddenTypes(entry: string): Promise<string[]>;
}

const { apiPages, hiddenTypes } = (await import(pathToFileURL(join(root, 'scripts', 'write-api.mjs')).href)) as Script;

it('has an API reference that says what the declarations say: `node scripts/write-api.mjs` writes it', async () => {
  const folder = join(root, 'docs', 'api');
  const written = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  expect(written).toEqual(await apiPages());
  expect(written['fanfold-workflows.md']).toContain('\n## fanOut\n');
});

it.each(['.', './workflows', './output', './worker', './activities', './testing', './offline'])(
  'exports every type that stands in a signature of %s, there or from fanfold',
  async (entry) => {
    expect(await hiddenTypes(entry)).toEqual([]);
  },
);

it('says of everything that is exported what it is', async () => {
  const pages = Object.values(await apiPages()).join('\n');
  expect([...pages.matchAll(/^## (\w+)\n\n```ts/gm)].map(([, name]) => name)).toEqual([]);
});
