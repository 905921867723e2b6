import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { bundleAt, codeAt, codeFiles, codeHead, runBundled, scriptOf } from '../../src/cli/compiled.js';
import type { Bundled } from '../../src/cli/compiled.js';
import { root } from '../support/fanfold.js';

const main = join(root, 'dist/cli/main.cjs');
const code = join(root, 'dist/cli.code');

it.each(Object.entries(codeFiles))('has compiled code for the bundle of %s, which V8 takes', (name, file) => {
  const path = join(root, `dist/cli/${name}.cjs`);
  const bundle = bundleAt(path);
  const found = codeAt(join(root, 'dist', file), bundle, process.version);
  expect(found).toBeInstanceOf(Buffer);
  expect(scriptOf(path, bundle, found).cachedDataRejected).toBe(false);
});

it.each(Object.keys(codeFiles))('is ASCII, as it is read: %s', async (name) => {
  expect(/\P{ASCII}/u.exec(await readFile(join(root, `dist/cli/${name}.cjs`), 'utf8'))).toBeNull();
});

it('requires what shares classes with what is bundled, and imports the rest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  const sdk = join(folder, 'node_modules/@anthropic-ai/sdk');
  await mkdir(sdk, { recursive: true });
  const exports = { '.': { import: './as-module.mjs', require: './required.cjs' } };
  await writeFile(join(sdk, 'package.json'), JSON.stringify({ name: '@anthropic-ai/sdk', exports }));
  await writeFile(join(sdk, 'as-module.mjs'), `export const way = 'import';\n`);
  await writeFile(join(sdk, 'required.cjs'), `exports.way = 'require';\n`);
  const bundled: Bundled = (...given) => {
    const importHere = given.at(-1) as (what: string) => Promise<unknown>;
    Object.assign(globalThis, { shared: importHere('@anthropic-ai/sdk') });
  };
  runBundled(bundled, join(folder, 'main.cjs'));
  expect(await (globalThis as unknown as { shared: Promise<unknown> }).shared).toEqual({ way: 'require' });
});

it('has none for another bundle, another Node, or where there is no file', async () => {
  const bundle = bundleAt(main);
  expect(
    codeAt(
      code,
      bundle.replace(/[\da-f]/, (digit) => (digit === '0' ? '1' : '0')),
      process.version,
    ),
  ).toBeUndefined();
  expect(codeAt(code, bundle, 'v20.0.0')).toBeUndefined();
  expect(codeAt(`${code}.gone`, bundle, process.version)).toBeUndefined();
});

it('runs what the text says where V8 refuses the code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  const bundle = `// ${'0'.repeat(64)}\n(() => 7)()`;
  const spoilt = join(folder, 'spoilt.code');
  await writeFile(spoilt, `${codeHead(bundle, process.version)}not code`);
  const found = codeAt(spoilt, bundle, process.version);
  expect(String(found)).toBe('not code');
  const script = scriptOf(join(folder, 'main.cjs'), bundle, found);
  expect(script.cachedDataRejected).toBe(true);
  expect(script.runInThisContext()).toBe(7);
});

it('imports what is beside its bundle, and packages, also when its code was kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  await writeFile(join(folder, 'beside.mjs'), 'export const here = 7;\n');
  const path = join(folder, 'main.cjs');
  const bundle = `(exports,require,module,file,folder,importHere)=>{globalThis.imported=[importHere('./beside.mjs'),importHere('node:path')]}`;
  const script = scriptOf(path, bundle, scriptOf(path, bundle).createCachedData());
  expect(script.cachedDataRejected).toBe(false);
  runBundled(script.runInThisContext() as Bundled, path);
  const { imported } = globalThis as unknown as { imported: Promise<Record<string, unknown>>[] };
  const [beside, packaged] = await Promise.all(imported);
  expect(beside).toMatchObject({ here: 7 });
  expect(packaged).toHaveProperty('join');
});

it('has only those of Temporal’s descriptors that it speaks of', async () => {
  const text = (await readFile(main, 'latin1')).replaceAll('\\"', '"');
  for (const name of ['ListWorkflowExecutionsRequest', 'WorkflowExecutionStartedEventAttributes', 'Payload']) {
    expect(text.includes(`"${name}":{`), name).toBe(true);
  }
  expect(text).not.toContain('PollWorkflowTaskQueueRequest');
});
