import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SeededTree } from './seeded-tree.js';
import type { Printed } from './seeded-tree.js';

/** Lines that the sandbox must not compile, and what of each the compiler does not know. */
const seeds = {
  process: { line: 'export const home = process.env;', unknown: `'process'` },
  buffer: { line: `export const bytes = Buffer.from('a');`, unknown: `'Buffer'` },
  timeout: { line: 'export const timer: NodeJS.Timeout = setTimeout(() => {}, 1);', unknown: `'NodeJS'` },
  unref: { line: 'setTimeout(() => {}, 1).unref();', unknown: `'unref'|'setTimeout'` },
  require: { line: `export const fs: unknown = require('fs');`, unknown: `'require'` },
  fetch: { line: `export const answer = fetch('http://127.0.0.1');`, unknown: `'fetch'` },
  document: { line: 'export const title = document.title;', unknown: `'document'` },
  'bare-builtin': { line: `import fs from 'fs';\nexport { fs };`, unknown: `'fs'` },
  'node-builtin': {
    line: `import { setTimeout } from 'node:timers/promises';\nexport { setTimeout };`,
    unknown: `'node:`,
  },
  'type-of-builtin': { line: `export type Stats = import('node:fs').Stats;`, unknown: `'node:fs'` },
};

describe('workflows/tsconfig.json', () => {
  let sound: SeededTree;
  let seeded: SeededTree;
  let complaints: Printed;

  beforeAll(async () => {
    sound = await SeededTree.grow({});
    seeded = await SeededTree.grow(
      Object.fromEntries(Object.entries(seeds).map(([name, { line }]) => [`workflows/seeded-${name}.ts`, `${line}\n`])),
    );
    complaints = await seeded.run('tsc', '-b', 'workflows', '--pretty', 'false');
  });

  afterAll(() => Promise.all([sound?.cut(), seeded?.cut()]));

  it('compiles the workflows as they are', async () => {
    expect(await sound.run('tsc', '-b', 'workflows')).toEqual({ exitCode: 0, output: '' });
  });

  it.each(Object.entries(seeds))('refuses %s', (name, { unknown }) => {
    expect(complaints.exitCode).not.toBe(0);
    expect(complaints.output).toMatch(
      new RegExp(`^workflows/seeded-${name}\\.ts.*(Cannot find|does not exist).*`, 'm'),
    );
    const [ours] = complaints.output.split('\n').filter((line) => line.startsWith(`workflows/seeded-${name}.ts`));
    expect(ours).toMatch(new RegExp(unknown));
  });
});
