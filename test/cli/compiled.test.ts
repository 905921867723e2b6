import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { flagsFor, runBundled, scriptOf } from '../../src/cli/compiled.js';
import type { Bundled } from '../../src/cli/compiled.js';
import { root } from '../support/fanfold.js';

const main = join(root, 'dist/cli/main.cjs');
const programs = ['main', 'worker', 'gateway', 'thread'];

/** Runs a command that asks nobody, with its compiled code in that cache. */
async function count(cache: string): Promise<unknown> {
  const env = { ...process.env, FANFOLD_HOME: join(cache, 'home'), XDG_CACHE_HOME: cache };
  const words = [join(root, 'dist/cli/fanfold.js'), 'journal', 'stats', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env });
  return JSON.parse(stdout);
}

it('keeps what it has compiled when a command ends well, and takes it the next time', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  await expect(count(cache)).resolves.toMatchObject({ entries: 0 });
  const folder = join(cache, 'fanfold/code');
  const [name = '', ...others] = (await readdir(folder)).filter((each) => each.endsWith('.code'));
  expect(others).toEqual([]);
  expect(name).toMatch(/^main-journal\.[0-9a-f]{16}\.code$/);
  const before = await stat(join(folder, name));
  expect(before.size).toBeGreaterThan(100_000);
  await expect(count(cache)).resolves.toMatchObject({ entries: 0 });
  expect((await stat(join(folder, name))).ino).toBe(before.ino);
  // What is damaged is neither run nor left.
  await truncate(join(folder, name), before.size - 1);
  await expect(count(cache)).resolves.toMatchObject({ entries: 0 });
  expect((await stat(join(folder, name))).ino).not.toBe(before.ino);
});

it.each([
  ['v20.19.0', ['--semi-space-growth-factor=16', '--interrupt-budget=300000']],
  ['v22.23.3', ['--semi-space-growth-factor=16']],
  ['v24.21.0', ['--semi-space-growth-factor=16']],
  ['v26.10.0', ['--semi-space-growth-factor=16']],
  ['v27.0.0', []],
  ['no version', []],
])('sets only those flags of V8’s that are known to Node %s', (version, flags) => {
  expect(flagsFor(version)).toEqual(flags);
});

it('sets no flag that this V8 does not know', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--v8-options']);
  for (const flag of flagsFor(process.version)) expect(stdout).toContain(`  ${flag.split('=')[0]} (`);
});

it('is not in the package', async () => {
  const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
  expect(files.filter((pattern) => pattern.includes('.code'))).toEqual([]);
  expect((await readdir(join(root, 'dist'))).filter((name) => name.endsWith('.code'))).toEqual([]);
});

it.each(programs)('is ASCII, as it is read: %s', async (name) => {
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

it('runs what the text says where V8 refuses the code', () => {
  const script = scriptOf(main, '(() => 7)()', Buffer.from('not code'));
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
