import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { SeededTree } from './seeded-tree.js';

/** `@temporalio/workflow` with what it needs. Each of these is in the memory of every cached workflow. */
const packages = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

describe('the workflow bundle', () => {
  let tree: SeededTree;

  beforeAll(async () => {
    tree = await SeededTree.grow({
      'src/seeded-room/room.ts': 'export const room = () => 1;\n',
      'workflows/library.ts': 'export {};\n',
      'workflows/index.ts': `export { perspectives } from './perspectives.js';\nexport * from './seeded.js';\n`,
    });
  });

  afterAll(() => tree.cut());

  /** Bundles the workflows as the build does, with one more that holds these lines. */
  async function bundleWith(...lines: string[]): Promise<{ output: string; bundle: string }> {
    const path = join(tree.directory, 'dist', 'workflow-bundle.js');
    await rm(path, { force: true });
    await writeFile(join(tree.directory, 'workflows', 'seeded.ts'), lines.join('\n'));
    const compiled = await tree.run('tsc', '-b', 'workflows', '--pretty', 'false');
    const { output } = await tree.run('node', 'scripts/bundle-workflows.mjs', 'plain');
    const bundle = await readFile(path, 'utf8').catch(() => '');
    return { output: compiled.output + output, bundle };
  }

  it('holds workflows, the contract and these packages, and nothing else', async () => {
    const modules = modulesOf(await readFile(inject('workflowBundle'), 'utf8'));
    expect(packagesOf(modules)).toEqual(packages);
    expect(modules).toContain('./dist/workflows/index.js');
    expect(foreignTo(modules)).toEqual([]);
  });

  it('says nothing of the machine that it was made on', async () => {
    const bundle = await readFile(inject('workflowBundle'), 'utf8');
    const sourceMap = Buffer.from(bundle.slice(bundle.lastIndexOf('base64,') + 7), 'base64').toString();
    expect(sourceMap).toContain('"workflows/perspectives.ts"');
    expect((bundle + sourceMap).includes(process.cwd())).toBe(false);
  });

  it('shows that workflows have brought in packages, and another room', async () => {
    const { bundle } = await bundleWith(
      `import * as zod from 'zod';`,
      `import * as sdk from '@anthropic-ai/sdk';`,
      `export * from '../src/seeded-room/room.js';`,
      `export const seeded = () => [zod, sdk];`,
    );
    const modules = modulesOf(bundle);
    expect(packagesOf(modules)).toEqual(expect.arrayContaining(['zod', '@anthropic-ai/sdk']));
    expect(foreignTo(modules)).toEqual(['./dist/src/seeded-room/room.js']);
  });

  it.each(['node:fs', '@temporalio/client'])('is not made with %s', async (name) => {
    const { bundle, output } = await bundleWith(
      `import * as outside from '${name}';`,
      `export const seeded = () => outside;`,
    );
    expect(output).toContain(name);
    expect(bundle).toBe('');
  });
});

/** Every module in a bundle, by webpack's id; modules that stand for nothing have a `?` for a name. */
function modulesOf(bundle: string): string[] {
  const ids = [...bundle.matchAll(/^\/\*{3}\/ "(.+?)"/gm)].map(([, id]) => id!);
  return ids.filter((id) => !id.startsWith('?'));
}

/** What is neither a package nor allowed into the sandbox. */
function foreignTo(modules: string[]): string[] {
  const own = modules.filter((module) => !module.includes('node_modules/'));
  return own.filter((module) => !/^\.\/dist\/(workflows|src\/(contract|fold|plan|prompts))\/[\w/-]+\.js$/.test(module));
}

function packagesOf(modules: string[]): string[] {
  const names = modules.map((module) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).toSorted();
}
