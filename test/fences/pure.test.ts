import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';

import { pure } from '../../vitest.config.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a test cannot have without a build, a Temporal server or a database. */
const needy = /\binject\(|\bdist\/|@temporalio\/(testing|worker)|initdb/;

const isOfTests = /^(packages\/[\w-]+\/)?test\//;

/** The file and all that it imports of the tests, each once. */
function withImports(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
    const imported = join(dirname(path), specifier!.replace(/\.js$/, '.ts'));
    if (isOfTests.test(relative(root, imported))) withImports(imported, seen);
  }
  return seen;
}

function needsSomething(path: string): boolean {
  return [...withImports(join(root, path))].some((file) => needy.test(readFileSync(file, 'utf8')));
}

describe('the pure tests', () => {
  const isPure = picomatch(pure);
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`);
  const tests = ['test', ...packages].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  const files = tests.filter((path) => isPure(path));

  it('are there', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it.each(files)('need nothing but the sources: %s', (file) => {
    expect(needsSomething(file)).toBe(false);
  });

  it('would be told from one that needs a build', () => {
    expect(needsSomething('test/workflows/joins.test.ts')).toBe(true);
  });
});
