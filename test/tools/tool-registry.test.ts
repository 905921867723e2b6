import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { ToolRegistry } from '../../src/tools/index.js';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-tools-'));
});

afterEach(() => rm(home, { recursive: true }));

it('reads back what was put, and keeps it for its user alone', async () => {
  const registry = new ToolRegistry(home);
  const sha256 = await registry.put({ module: '/a/tools.mjs' });
  expect(await registry.read(sha256)).toEqual({ module: '/a/tools.mjs' });
  const [name = ''] = await readdir(join(home, 'tools'));
  expect((await stat(join(home, 'tools', name))).mode & 0o777).toBe(0o600);
});

it('knows nothing by a name that is not its digest', async () => {
  const registry = new ToolRegistry(home);
  const known = await registry.put({ module: '/a/tools.mjs' });
  const other = await registry.put({ mcp: { command: 'a-made-up-program' } });
  await rename(join(home, 'tools', `${other}.json`), join(home, 'tools', `${known}.json`));
  await writeFile(join(home, 'tools', 'x.json'), '{}');
  for (const sha256 of [known, other, 'x', '../tools/x', '']) expect(await registry.read(sha256)).toBeUndefined();
});

it('puts nothing into a home that may not be used', async () => {
  const refusing = new ToolRegistry(home, () => Promise.reject(new Error('not yours')));
  await expect(refusing.put({ module: '/a/tools.mjs' })).rejects.toThrow('not yours');
  expect(await readdir(home)).toEqual([]);
});
