import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Texts by path, relative to the repository. */
type Texts = Record<string, string>;

/** An invariant as a comment states it: `* FanOut-1. Every branch …`, or in the older way `* F1. Every branch …`. */
const statement = /^[ /*]*\* ([A-Z][A-Za-z]*)(-?)(\d+)\. /gm;
/** `24-Nov-26` is a date, `Windows-1252` an encoding. */
const citation = /(?<!\d-)\b([A-Z][a-z][A-Za-z]*-\d{1,2})\b/g;
/** A citation in the older way: `'(J1, J2)'`, `expect(x, 'L1')`, `it('keeps S1 …')`. */
const bareCitation = /\((?:[A-Z]\d, )*[A-Z]\d\)|, '[A-Z]\d'|keeps? [A-Z]\d\b/g;

/** What is wrong with the numbers of invariants in `sources`, and with their citations in `citing`. */
function faults(sources: Texts, citing: Texts): string[] {
  const stated = new Set<string>();
  const found: string[] = [];
  for (const [path, text] of Object.entries(sources)) {
    for (const [, prefix, hyphen, number] of text.matchAll(statement)) {
      const name = `${prefix}${hyphen}${number}`;
      if (hyphen === '' || prefix !== nameOf(path))
        found.push(`${path}: ${name} is not named ${nameOf(path)}-${number}`);
      if (stated.has(name)) found.push(`${path}: ${name} is there twice`);
      stated.add(name);
    }
  }
  for (const [path, text] of Object.entries(citing)) {
    for (const [, name] of text.matchAll(citation)) if (!stated.has(name!)) found.push(`${path}: there is no ${name}`);
    for (const [cited] of text.matchAll(bareCitation)) found.push(`${path}: ${cited} does not say of which file`);
  }
  return found;
}

/** `src/store/blob-store.ts` → `BlobStore`. */
function nameOf(path: string): string {
  const base = path
    .split('/')
    .at(-1)!
    .replace(/\.\w+$/, '');
  return base.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function textsBelow(...folders: string[]): Texts {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  const read = paths.filter((path) => /\.(?:m?ts|mjs|md)$/.test(path) && !path.endsWith('invariants.test.ts'));
  return Object.fromEntries(read.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

describe('the invariants', () => {
  const sources = textsBelow('src', 'activities', 'workflows', 'scripts', 'packages/offline-model/src');

  it('are many', () => {
    expect(Object.values(sources).flatMap((text) => [...text.matchAll(statement)]).length).toBeGreaterThan(150);
  });

  it('are numbered after their files, each once, and every citation finds one', () => {
    expect(faults(sources, { ...sources, ...textsBelow('test', 'docs') })).toEqual([]);
  });

  const store = { 'src/store/blob-store.ts': ' * BlobStore-1. A file is whole.\n * BlobStore-2. It is checked.\n' };

  it.each([
    ['named after another file', { 'src/store/blob.ts': ' * BlobStore-1. A file is whole.' }, {}],
    ['in the older way', { 'src/store/blob-store.ts': ' * B1. A file is whole.' }, {}],
    ['used twice in a file', { 'src/store/blob-store.ts': ' * BlobStore-1. Whole.\n * BlobStore-1. Checked.' }, {}],
    ['used in two files of one name', { ...store, 'src/offline/blob-store.ts': ' * BlobStore-1. Whole.' }, {}],
    ['cited and not there', store, { 'test/a.test.ts': `it('reads what was put (BlobStore-3)'` }],
    ['cited without its file', store, { 'test/a.test.ts': `expect(read, 'B1').toBe(put)` }],
    ['cited in a title without its file', store, { 'test/a.test.ts': `it('keeps B1 and B2 whatever ends'` }],
  ])('would be told of a number %s', (_, stated: Texts, citing: Texts) => {
    expect(faults(stated, citing)).toHaveLength(1);
  });

  it('are found where they are cited rightly', () => {
    expect(faults(store, { 'test/a.test.ts': `it('keeps BlobStore-1 (BlobStore-2)'` })).toEqual([]);
  });
});
