import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { digestOf, ToolRegistry } from '../../src/tools/tool-registry.js';

let home: string;
let registry: ToolRegistry;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-registry-'));
  registry = new ToolRegistry(home);
  onTestFinished(() => rm(home, { recursive: true }));
});

const fileOf = (sha256: string) => join(home, 'tools', `${sha256}.json`);

describe('a home’s registrations', () => {
  it('are found by their digest, in whatever order their keys were written', async () => {
    const server = { command: 'notes-server', args: ['--read'], env: { A: '1', B: '2' } };
    const sha256 = await registry.put({ mcp: server });
    expect(await registry.read(sha256)).toEqual({ mcp: server });
    expect(digestOf({ mcp: { env: { B: '2', A: '1' }, args: ['--read'], command: 'notes-server' } })).toBe(sha256);
    expect(await registry.read(digestOf({ module: '/elsewhere.mjs' }))).toBeUndefined();
    expect(await registry.read('../../etc/passwd')).toBeUndefined();
  });

  it('allow a folder, a private host and a variable for an origin, each by itself', async () => {
    await registry.put({ folder: '/srv/docs' });
    await registry.put({ headerVariable: 'TOKEN', origin: 'https://a.example' });
    expect(await registry.has({ folder: '/srv/docs' })).toBe(true);
    expect(await registry.has({ folder: '/srv' })).toBe(false);
    expect(await registry.has({ privateHost: '/srv/docs' })).toBe(false);
    expect(await registry.has({ headerVariable: 'TOKEN', origin: 'https://a.example' })).toBe(true);
    expect(await registry.has({ headerVariable: 'TOKEN', origin: 'http://a.example' })).toBe(false);
  });

  it('are not run where they are no module and no server', async () => {
    expect(await registry.read(await registry.put({ folder: '/srv/docs' }))).toBeUndefined();
  });

  it('are their user’s alone, in a folder that was open to others before', async () => {
    const sha256 = await registry.put({ folder: '/srv/docs' });
    await chmod(join(home, 'tools'), 0o777);
    expect(await registry.has({ folder: '/srv/docs' })).toBe(false);
    await registry.put({ folder: '/srv/other' });
    expect((await stat(join(home, 'tools'))).mode & 0o777).toBe(0o700);
    expect((await stat(fileOf(sha256))).mode & 0o777).toBe(0o600);
    expect(await registry.has({ folder: '/srv/docs' })).toBe(true);
  });

  it('do not count where others can write them, or where they are not what their name says', async () => {
    const sha256 = await registry.put({ module: '/srv/tools.mjs' });
    await chmod(fileOf(sha256), 0o666);
    expect(await registry.read(sha256)).toBeUndefined();
    await chmod(fileOf(sha256), 0o600);
    await writeFile(fileOf(sha256), JSON.stringify({ module: '/srv/others.mjs' }));
    expect(await registry.read(sha256)).toBeUndefined();
  });

  it('are not made in a folder that a link leads to', async () => {
    await mkdir(join(home, 'elsewhere'));
    await symlink(join(home, 'elsewhere'), join(home, 'tools'));
    await expect(registry.put({ folder: '/srv/docs' })).rejects.toMatchObject({ type: 'BadInput' });
    expect(await readdir(join(home, 'elsewhere'))).toEqual([]);
  });

  it('are bounded in number: the one that was renewed longest ago goes', async () => {
    const few = new ToolRegistry(home, undefined, 3);
    const digests = [];
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      digests.push(await few.put({ folder: `/srv/${name}` }));
      await utimes(fileOf(digests[at]!), at + 1, at + 1);
    }
    await few.put({ folder: '/srv/a' });
    await few.put({ folder: '/srv/d' });
    expect(await readdir(join(home, 'tools'))).toHaveLength(3);
    const allowed = await Promise.all(['a', 'b', 'c', 'd'].map((name) => few.has({ folder: `/srv/${name}` })));
    expect(allowed).toEqual([true, false, true, true]);
  });

  it('are not put into a home that may not be used', async () => {
    const refusing = new ToolRegistry(home, () => Promise.reject(new Error('not yours')));
    await expect(refusing.put({ module: '/a/tools.mjs' })).rejects.toThrow('not yours');
    expect(await readdir(home)).toEqual([]);
  });
});
