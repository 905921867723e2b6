import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { getuid, platform } from 'node:process';
import { dirname, join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { Folder, HomeFolder } from '../../src/files/index.js';
import { openHome } from '../../src/server/home.js';
import { growTree, pipe, walked } from './tree.js';
import type { Tree } from './tree.js';

const token = 'made-up-token-1';
const grown: (() => Promise<void>)[] = [];

async function grow(tree: Tree): Promise<string> {
  const { folder, remove } = await growTree(tree);
  grown.push(remove);
  return folder;
}

afterEach(async () => {
  for (const remove of grown.splice(0)) await remove();
});

describe('WalkFolder-1. Only regular files inside are taken', () => {
  it('neither pipes, nor links that lead out, nowhere or to folders', async () => {
    const outside = await grow({ 'secret.txt': token, 'more/a.txt': token });
    const folder = await grow({
      'a.txt': 'a',
      'inside.txt': { link: 'a.txt' },
      'out.txt': { link: join(outside, 'secret.txt') },
      'out-folder': { link: join(outside, 'more') },
      'round.txt': { link: 'round.txt' },
      'nowhere.txt': { link: '/nowhere/x.txt' },
      deep: { link: '.' },
      'pipe.txt': pipe,
      'to-pipe.txt': { link: 'pipe.txt' },
      'notes.md/b.txt': 'b',
    });
    expect(await walked(folder)).toEqual({
      taken: ['a.txt', 'inside.txt', 'notes.md/b.txt'],
      left: {
        'out.txt': 'linkOut',
        'out-folder': 'linkOut',
        'round.txt': 'linkToNothing',
        'nowhere.txt': 'linkToNothing',
        deep: 'linkToFolder',
        'pipe.txt': 'notRegular',
        'to-pipe.txt': 'notRegular',
      },
    });
  });

  it('and links to what would be left out are left out for the same reason', async () => {
    const folder = await grow({
      '.env': token,
      'env.txt': { link: '.env' },
      '.gitignore': 'drafts/\n',
      'drafts/a.txt': 'a',
      'draft.txt': { link: 'drafts/a.txt' },
      'node_modules/x/b.txt': 'b',
      'b.txt': { link: 'node_modules/x/b.txt' },
    });
    expect((await walked(folder)).left).toMatchObject({
      'env.txt': 'hidden',
      'draft.txt': 'ignored',
      'b.txt': 'vendored',
    });
  });

  it('a folder is known by where it is, whatever link it was named by', async () => {
    const folder = await grow({ 'real/a.txt': 'a', 'real/b.txt': { link: '../real/a.txt' }, named: { link: 'real' } });
    expect((await walked(join(folder, 'named'))).taken).toEqual(['a.txt', 'b.txt']);
  });
});

describe('WalkFolder-2. No home is gone into', () => {
  const everything = { hidden: true, noIgnore: true };

  it('by the name, by being named, or by what is in it', async () => {
    const folder = await grow({
      'a.txt': 'a',
      '.fanfold/tools/x.json': token,
      'elsewhere/tools/x.json': token,
      'database/temporal.db': '',
      'database/server.json': '{}',
      'project/temporal.db': '',
      'journals/journal/journal-1.db': '',
      'company/presence/list.txt': 'Who was there.',
      'config/home-secret': `${'5e'.repeat(32)}\n`,
      'story/home-secret': 'It was under the mat.',
      'link.txt': { link: 'made/tools/x.json' },
    });
    await openHome(join(folder, 'made'), process.env);
    await mkdir(join(folder, 'made', 'tools'));
    await writeFile(join(folder, 'made', 'tools', 'x.json'), token);
    const { taken, left } = await walked(folder, { ...everything, homes: [join(folder, 'elsewhere')] });
    expect(taken).toEqual(['a.txt', 'company/presence/list.txt', 'project/temporal.db', 'story/home-secret']);
    expect(left).toEqual({
      '.fanfold/': 'home',
      'elsewhere/': 'home',
      'config/': 'home',
      'database/': 'home',
      'journals/': 'home',
      'made/': 'home',
      'link.txt': 'home',
    });
  });

  it('nor is a folder in one', async () => {
    const folder = await grow({ '.fanfold/tools/x.json': token, 'own/tools/x.json': token });
    const homes = [join(folder, 'own')];
    for (const path of ['.fanfold', '.fanfold/tools', 'own', 'own/tools']) {
      await expect(Folder.open(join(folder, path), { ...everything, homes })).rejects.toThrow(HomeFolder);
    }
  });
});

describe('WalkFolder-3. The order is that of the paths', () => {
  it('by code units, with a slash between their parts', async () => {
    const names = [
      'Z.md',
      'a-b/1.md',
      'a.md',
      'a/1.md',
      'a/b.md',
      'a0.md',
      'a/b/1.md',
      '\u{1F600}.md',
      '\uFB01.md',
      'ä.md',
    ];
    const folder = await grow(Object.fromEntries(names.map((name) => [name, name])));
    expect((await walked(folder)).taken).toEqual(names.toSorted());
  });
});

describe('WalkFolder-4. Wide and deep', () => {
  it('every file of 5,000 in nested folders is there, more than 32 in each', async () => {
    const folder = await grow({});
    const paths = Array.from(
      { length: 5_000 },
      (_, at) => `${at % 7}/${at % 49}/${at % 5 === 0 ? 'deep/' : ''}${at}.md`,
    );
    for (const directory of new Set(paths.map(dirname))) await mkdir(join(folder, directory), { recursive: true });
    await Promise.all(paths.map((path) => writeFile(join(folder, path), path)));
    const { taken, left } = await walked(folder);
    expect(left).toEqual({});
    expect(taken).toEqual(paths.toSorted());
  });

  it('folders in folders, 1,500 deep', async () => {
    const deep = Array.from({ length: 1_500 }, () => 'd').join('/');
    const folder = await grow({ [`${deep}/a.txt`]: 'a' });
    expect((await walked(folder)).taken).toEqual([`${deep}/a.txt`]);
  });

  it('a folder that cannot be read is told, and the rest is taken', async () => {
    const folder = await grow({ 'a.txt': 'a', 'locked/b.txt': 'b', 'z.txt': 'z' });
    await chmod(join(folder, 'locked'), 0);
    // Root may read anything.
    const isRoot = getuid?.() === 0;
    try {
      const { taken, left } = await walked(folder);
      expect(taken).toEqual(isRoot ? ['a.txt', 'locked/b.txt', 'z.txt'] : ['a.txt', 'z.txt']);
      expect(left).toEqual(isRoot ? {} : { 'locked/': 'unreadable' });
    } finally {
      await chmod(join(folder, 'locked'), 0o700);
    }
  });

  it.runIf(platform === 'linux')('a file whose name is no UTF-8 is told', async () => {
    const folder = await grow({ 'a.txt': 'a' });
    for (const byte of [0xe9, 0xe8]) {
      await writeFile(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([byte])]), 'x');
    }
    const found = (await walked(folder)).left;
    expect(found).toEqual({ 'caf\uFFFD': 'unreadable' });
  });

  it('a folder that goes away meanwhile is told', async () => {
    const folder = await grow({ 'a.txt': 'a', 'gone/b.txt': 'b' });
    const walk = (await Folder.open(folder)).walk();
    expect((await walk.next()).value).toEqual({ path: 'a.txt' });
    await rm(join(folder, 'gone'), { recursive: true });
    expect((await walk.next()).value).toEqual({ path: 'gone/', why: 'unreadable', detail: '(ENOENT)' });
  });
});

describe('WalkFolder-5. What is left out is told', () => {
  const tree: Tree = {
    'a.txt': 'a',
    '.env': token,
    '.hidden/a.txt': token,
    '.git/HEAD': 'ref',
    'node_modules/x/a.js': 'x',
    'env/pyvenv.cfg': '',
    'env/lib/a.py': 'x',
    'vendor/list.md': 'Vendors whom we pay.',
    'go/vendor/modules.txt': '# x',
    '.gitignore': '*.log\n',
    '.fanfoldignore': 'old/\n',
    'x.log': 'x',
    'old/a.txt': 'a',
  };

  it('hidden, vendored and ignored ones by default', async () => {
    expect(await walked(await grow(tree))).toEqual({
      taken: ['a.txt', 'vendor/list.md'],
      left: {
        '.env': 'hidden',
        '.hidden/': 'hidden',
        '.git/': 'hidden',
        'node_modules/': 'vendored',
        'env/': 'vendored',
        'go/vendor/': 'vendored',
        '.gitignore': 'hidden',
        '.fanfoldignore': 'hidden',
        'x.log': 'ignored',
        'old/': 'ignored',
      },
    });
  });

  it('each kind is taken in where it is asked for', async () => {
    const folder = await grow(tree);
    const hidden = await walked(folder, { hidden: true });
    expect(hidden.taken).toEqual(['.env', '.fanfoldignore', '.gitignore', '.hidden/a.txt', 'a.txt', 'vendor/list.md']);
    expect(hidden.left['.git/']).toBe('vendored');
    const ignored = await walked(folder, { noIgnore: true });
    expect(Object.values(ignored.left).every((why) => why === 'hidden')).toBe(true);
    expect(ignored.taken).toEqual(
      expect.arrayContaining(['x.log', 'old/a.txt', 'node_modules/x/a.js', 'env/lib/a.py']),
    );
  });

  it('patterns of the command have the last word, and hold where the files do not', async () => {
    const folder = await grow(tree);
    expect((await walked(folder, { ignore: ['!x.log', 'vendor/'] })).taken).toEqual(['a.txt', 'x.log']);
    expect((await walked(folder, { noIgnore: true, ignore: ['*.txt'] })).left).toMatchObject({ 'a.txt': 'ignored' });
  });
});
