import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { growTree, walked } from './tree.js';
import type { Tree } from './tree.js';

const grown: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const remove of grown.splice(0)) await remove();
});

async function grow(tree: Tree): Promise<string> {
  const { folder, remove } = await growTree(tree);
  grown.push(remove);
  return folder;
}

const files = (paths: string[], patterns: Tree): Tree => ({
  ...Object.fromEntries(paths.map((path) => [path, path])),
  ...patterns,
});

/** What git itself would add. */
function ofGit(folder: string): string[] {
  execFileSync('git', ['init', '-q'], { cwd: folder });
  const words = ['-c', 'core.excludesFile=', '-c', 'core.quotePath=off', 'ls-files', '-co', '--exclude-standard'];
  const names = execFileSync('git', words, { cwd: folder, encoding: 'utf8' }).trim().split('\n');
  return names.filter((name) => !/(^|\/)\./.test(name)).toSorted();
}

describe('.gitignore', () => {
  const cases: [string, Tree][] = [
    [
      'a pattern without a slash holds at every depth',
      files(['a.log', 'b/a.log', 'b/c.txt'], { '.gitignore': '*.log' }),
    ],
    [
      'one with a slash is tied to its folder',
      files(['a/x.md', 'b/a/x.md', 'x.md'], { '.gitignore': '/x.md\na/x.md' }),
    ],
    ['one that ends with a slash is for folders', files(['build/a.md', 'b/build', 'c.md'], { '.gitignore': 'build/' })],
    ['the last that matches counts', files(['a.log', 'keep.log'], { '.gitignore': '*.log\n!keep.log' })],
    [
      'what is in a folder that is left out stays out',
      files(['d/a.md', 'd/keep.md', 'e.md'], { '.gitignore': 'd/\n!d/keep.md' }),
    ],
    ['but not where its contents are', files(['d/a.md', 'd/keep.md'], { '.gitignore': 'd/*\n!d/keep.md' })],
    [
      'a folder below has its own, which count more',
      files(['a.log', 'b/a.log', 'b/c/a.log', 'b/d.md'], { '.gitignore': '*.log', 'b/.gitignore': '!*.log\nd.md' }),
    ],
    [
      'one below can take a folder back in',
      files(['m/data/x.md', 'data/x.md'], { '.gitignore': 'data', 'm/.gitignore': '!data' }),
    ],
    ['its slashes begin in its own folder', files(['x.md', 'b/x.md', 'b/c/x.md'], { 'b/.gitignore': '/x.md' })],
    [
      'stars, question marks and sets',
      files(['a1.md', 'a2.md', 'ab.md', 'x/y/z/t.md', 'x/t.md'], { '.gitignore': 'a[0-9].md\nx/**/t.md\n' }),
    ],
    [
      'comments, blank lines, escapes',
      files(['#a.md', '!b.md', 'c.md'], { '.gitignore': '# c.md\n\n\\#a.md\n\\!b.md\n' }),
    ],
    ['carriage returns and a byte order mark', files(['a.log', 'b.md'], { '.gitignore': '\uFEFF*.log\r\n\r\n' })],
    [
      'folders whose names look like patterns',
      files(['[a]/x.md', 'a/x.md', 'b*/y.md', 'bc/y.md'], { '[a]/.gitignore': 'x.md', 'b*/.gitignore': '/y.md' }),
    ],
    ['capital letters are others', files(['README.md', 'readme.txt'], { '.gitignore': 'readme*' })],
  ];

  it.each(cases)('%s', async (_, tree) => {
    const folder = await grow(tree);
    const { taken } = await walked(folder);
    expect(taken).toEqual(ofGit(folder));
  });

  it('of the folders above counts up to the top of the work tree', async () => {
    const folder = await grow(
      files(['docs/a.md', 'docs/a.log', 'docs/drafts/b.md'], {
        '.gitignore': '*.log\n/docs/drafts/',
        '.git/HEAD': 'x',
      }),
    );
    expect((await walked(join(folder, 'docs'))).taken).toEqual(['a.md']);
    const apart = await grow(files(['docs/a.log'], { '.gitignore': '*.log' }));
    expect((await walked(join(apart, 'docs'))).taken).toEqual(['a.log']);
  });

  it('does not empty a folder that was named although it is left out', async () => {
    const folder = await grow(files(['out/a.md', 'out/b.log'], { '.gitignore': 'out/\n*.log', '.git/HEAD': 'x' }));
    expect((await walked(join(folder, 'out'))).taken).toEqual(['a.md', 'b.log']);
  });

  it('is read in the part of a folder that a walk begins in', async () => {
    const folder = await grow(
      files(['d/e/a.md', 'd/e/a.log', 'd/b.md'], { '.gitignore': '*.log', 'd/.gitignore': 'b.md' }),
    );
    expect((await walked(folder, {}, 'd')).taken).toEqual(['d/e/a.md']);
  });
});

it('.fanfoldignore is the same, and has the last word of a folder', async () => {
  const folder = await grow(
    files(['a.log', 'b.md', 'c/d.md'], {
      '.gitignore': '*.log',
      '.fanfoldignore': '!a.log\nb.md',
      'c/.fanfoldignore': '/d.md',
    }),
  );
  expect((await walked(folder)).taken).toEqual(['a.log']);
});

it('a file of patterns that is a pipe or a link is not waited for, and holds nothing', async () => {
  const folder = await grow({
    'a.md': 'a',
    '.gitignore': 'a pipe',
    'd/.gitignore': { link: '../p' },
    p: '*',
    'd/b.md': 'b',
  });
  expect((await walked(folder)).taken).toEqual(['a.md', 'd/b.md', 'p']);
});

it('a pattern made to take for ever leaves deep paths out instead', async () => {
  const deep = Array.from({ length: 150 }, () => 'a').join('/');
  const folder = await grow({ 'a/b.md': 'b', [`${deep}/c.md`]: 'c', '.gitignore': '**/a/**/a/**/x.md' });
  const { taken, left } = await walked(folder);
  expect(taken).toEqual(['a/b.md']);
  expect(Object.values(left)).toEqual(['hidden', 'ignored']);
}, 30_000);
