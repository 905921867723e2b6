import { mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

type Loader = (this: { resourcePath: string }, source: string) => Promise<string>;

const loader = createRequire(import.meta.url)('../../dist/src/plugin/outputs-loader.cjs') as Loader;

async function loaded(name: string, source: string): Promise<string> {
  const resourcePath = join(await mkdtemp(join(tmpdir(), 'fanfold-outputs-')), name);
  await writeFile(resourcePath, source);
  return loader.call({ resourcePath }, source);
}

const marked = 'Object.defineProperty(exports, "__esModule", { value: true });\n';
const remarked = 'Object.defineProperty(module.exports, "__esModule", { value: true });\n';

it.each([
  ['a module', 'a.outputs.mjs', 'export const A = { jsonSchema: {} };', 'export const A = {"jsonSchema":{}};\n'],
  ['CommonJS', 'a.outputs.cjs', 'exports.A = { jsonSchema: {} };', 'module.exports = {"A":{"jsonSchema":{}}};\n'],
  [
    'CommonJS that the compiler made of a module',
    'a.outputs.cjs',
    `${marked}exports.A = { jsonSchema: {} };`,
    'module.exports = {"A":{"jsonSchema":{}}};\n',
  ],
  [
    'CommonJS with a default',
    'a.outputs.cjs',
    `${marked}exports.A = { jsonSchema: {} }; exports.default = { jsonSchema: { type: 'null' } };`,
    `module.exports = {"A":{"jsonSchema":{}},"default":{"jsonSchema":{"type":"null"}}};\n${remarked}`,
  ],
  [
    'CommonJS with nothing but a default',
    'a.outputs.cjs',
    `${marked}exports.default = { jsonSchema: {} };`,
    `module.exports = {"default":{"jsonSchema":{}}};\n${remarked}`,
  ],
  ['somebody else’s file', 'outputs.cjs', 'exports.all = { a: 1 };', 'exports.all = { a: 1 };'],
])('puts JSON in the place of outputs: %s', async (_, name, source, expected) => {
  expect(await loaded(name, source)).toBe(expected);
});

it.each([
  ['a.outputs.mjs', 'export const A = { jsonSchema: {} }; export const help = 1;'],
  ['a.outputs.cjs', `${marked}exports.A = { jsonSchema: {} }; exports.help = 1;`],
  ['a.outputs.cjs', `${marked}exports.A = { jsonSchema: {} }; exports.default = { help: 1 };`, 'default'],
])('names what is no output: %s', async (name, source, named = 'help') => {
  await expect(loaded(name, source)).rejects.toThrow(`got \`${named}\``);
});
