import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { moveOver, replaceBy, replaceFile } from '../../src/disk/index.js';

let folder: string;
const at = (name: string) => join(folder, name);
const modeOf = async (name: string) => (await stat(at(name))).mode & 0o777;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanfold-disk-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file that is replaced', () => {
  it.each([{}, { sync: true }, { isChosen: true }, { sync: true, isChosen: true }])(
    'has the new content, with nothing beside it (%j)',
    async (how) => {
      await replaceFile(at('a.txt'), 'old', how);
      await replaceFile(at('a.txt'), 'new', how);
      expect(await readFile(at('a.txt'), 'utf8')).toBe('new');
      expect(await readdir(folder)).toEqual(['a.txt']);
    },
  );

  it('is as it was where writing fails, with nothing beside it', async () => {
    await writeFile(at('a.txt'), 'old');
    const torn = replaceBy(at('a.txt'), async (draft) => {
      await writeFile(draft, 'half of');
      throw new Error('full');
    });
    await expect(torn).rejects.toThrow('full');
    expect(await readFile(at('a.txt'), 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('leaves nothing where its name is that of a folder', async () => {
    await mkdir(at('a'));
    await writeFile(at('a/b'), '');
    await expect(replaceFile(at('a'), 'new', { isChosen: true })).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('is not seen before it is whole', async () => {
    await replaceBy(at('a.txt'), async (draft) => {
      await writeFile(draft, 'half');
      await expect(stat(at('a.txt'))).rejects.toThrow('ENOENT');
    });
  });

  it('has the permissions that are asked for', async () => {
    await replaceFile(at('a.txt'), '', { mode: 0o600 });
    expect(await modeOf('a.txt')).toBe(0o600);
  });
});

describe('a name that its user has chosen', () => {
  it('keeps its link, and the file that it leads to is replaced', async () => {
    await mkdir(at('far'));
    await writeFile(at('far/b.txt'), 'old');
    await symlink('far', at('near'));
    await symlink('b.txt', at('far/c.txt'));
    await symlink('near/c.txt', at('a.txt'));
    await replaceFile(at('a.txt'), 'new', { isChosen: true });
    expect(await readlink(at('a.txt'))).toBe('near/c.txt');
    expect(await readFile(at('far/b.txt'), 'utf8')).toBe('new');
    expect(await readdir(at('far'))).toEqual(['b.txt', 'c.txt']);
  });

  it('may be a link to what is not there yet', async () => {
    await symlink('b.txt', at('a.txt'));
    await replaceFile(at('a.txt'), 'new', { isChosen: true });
    expect(await readlink(at('a.txt'))).toBe('b.txt');
    expect(await readFile(at('b.txt'), 'utf8')).toBe('new');
  });

  it.each([0o600, 0o666])('keeps the permissions of the file (%o)', async (mode) => {
    await writeFile(at('a.txt'), '');
    await chmod(at('a.txt'), mode);
    await replaceFile(at('a.txt'), 'new', { isChosen: true });
    expect(await modeOf('a.txt')).toBe(mode);
  });

  it.skipIf(process.platform === 'win32')('may be a pipe, which stays one', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const read = readFile(at('pipe'), 'utf8');
    await replaceFile(at('pipe'), 'new', { isChosen: true });
    expect(await read).toBe('new');
    expect(await readdir(folder)).toEqual(['pipe']);
  });

  it('is taken by a file that is written already, link and permissions kept', async () => {
    await writeFile(at('b.txt'), 'old', { mode: 0o600 });
    await symlink('b.txt', at('a.txt'));
    for (const name of ['a.txt', 'b.txt']) {
      await writeFile(at('a.part'), `by ${name}`);
      await moveOver(at('a.part'), at(name));
      expect(await readFile(at('b.txt'), 'utf8')).toBe(`by ${name}`);
      expect(await modeOf('b.txt')).toBe(0o600);
    }
    expect(await readlink(at('a.txt'))).toBe('b.txt');
    expect(await readdir(folder)).toEqual(['a.txt', 'b.txt']);
  });
});

it('a name of fanfold’s own replaces a link, and what is behind it stays', async () => {
  await writeFile(at('b.txt'), 'somebody’s');
  await symlink('b.txt', at('a.txt'));
  await replaceFile(at('a.txt'), 'new', { mode: 0o600 });
  expect(await readFile(at('b.txt'), 'utf8')).toBe('somebody’s');
  expect((await stat(at('a.txt'))).isFile()).toBe(true);
  expect(await readFile(at('a.txt'), 'utf8')).toBe('new');
});
