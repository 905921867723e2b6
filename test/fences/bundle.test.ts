import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, inject, it } from 'vitest';

import { SeededTree } from './seeded-tree.js';

/** `@temporalio/workflow` with what it needs. Each of these is in the memory of every cached workflow. */
const packages = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];

describe('the workflow bundle', () => {
  let tree: SeededTree | undefined;

  afterEach(async () => {
    await tree?.cut();
    tree = undefined;
  });

  /** Bundles the workflows as the build does, with one more that holds `line`. */
  async function bundleWith(line: string): Promise<{ output: string; bundle: string }> {
    tree = await SeededTree.grow({
      'src/seeded-room/room.ts': 'export const seeded = () => 1;\n',
      'workflows/seeded.ts': `${line}\n`,
      'workflows/library.ts': 'export {};\n',
      'workflows/index.ts': `export { perspectives } from './perspectives.js';\nexport { seeded } from './seeded.js';\n`,
    });
    const compiled = await tree.run('tsc', '-b', 'workflows', '--pretty', 'false');
    const { output } = await tree.run('node', 'scripts/bundle-workflows.mjs', 'plain');
    const bundle = await readFile(join(tree.directory, 'dist', 'workflow-bundle.js'), 'utf8').catch(() => '');
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

  it.each(['zod', '@anthropic-ai/sdk'])('shows that a workflow has brought in %s', async (name) => {
    const { bundle } = await bundleWith(`import * as outside from '${name}';\nexport const seeded = () => outside;`);
    expect(packagesOf(modulesOf(bundle))).toContain(name);
  });

  it('shows that a workflow has brought in another room', async () => {
    const { bundle } = await bundleWith(`export * from '../src/seeded-room/room.js';`);
    expect(foreignTo(modulesOf(bundle))).toEqual(['./dist/src/seeded-room/room.js']);
  });

  it.each(['node:fs', '@temporalio/client'])('is not made with %s', async (name) => {
    const { bundle, output } = await bundleWith(
      `import * as outside from '${name}';\nexport const seeded = () => outside;`,
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
