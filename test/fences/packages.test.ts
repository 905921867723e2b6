import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  name: string;
  version: string;
  license: string;
  engines: Record<string, string>;
  repository: { type: string; url: string; directory?: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

const fanfold = manifestOf('.');
const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);

describe.each(folders)('%s', (folder) => {
  const own = manifestOf(folder);

  it('is published in step with fanfold, which wants exactly its version', () => {
    expect(own.version).toBe(fanfold.version);
    expect(fanfold.dependencies[own.name]).toBe(own.version);
  });

  it('says whose it is and what it needs as fanfold does', () => {
    const { license, engines, repository } = fanfold;
    expect(own).toMatchObject({ license, engines, repository: { ...repository, directory: folder } });
    expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  it('asks for what both need in one version', () => {
    const theirs = { ...fanfold.devDependencies, ...fanfold.dependencies };
    for (const [name, range] of Object.entries({ ...own.devDependencies, ...own.dependencies }))
      expect([name, theirs[name] ?? range]).toEqual([name, range]);
  });
});
