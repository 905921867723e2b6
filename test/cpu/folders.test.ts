import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { listFolder } from '../../src/cpu/tasks/list-folder.js';
import { readPart } from '../../src/cpu/tasks/read-part.js';
import { searchFolder } from '../../src/cpu/tasks/search-folder.js';
import { openInside } from '../../src/files/index.js';
import { growTree, pipe } from '../files/tree.js';
import { docxOf, p } from '../support/office.js';

const token = 'made-up-token-1';
const said = `The revenue token is ${token}.`;
let folder: string;
let homes: string[];
let remove: (() => Promise<void>)[];

beforeAll(async () => {
  const outside = await growTree({ 'secret.md': said });
  const grown = await growTree({
    'a.md': 'The revenue is 12 million.',
    'dead.md': { link: '/nowhere/x.md' },
    'notes.md/b.txt': 'Revenue by region.',
    '.env.md': said,
    '.hidden/tools.json': said,
    '.fanfold/tools/x.json': said,
    'home/tools/x.json': said,
    'node_modules/x/readme.md': said,
    'ignored.md': said,
    '.gitignore': 'ignored.md',
    'out.md': { link: join(outside.folder, 'secret.md') },
    'out-folder': { link: outside.folder },
    'to-hidden.md': { link: '.env.md' },
    'inside.md': { link: 'a.md' },
    'pipe.md': pipe,
    'binary.dat': Buffer.from([0, 1, 2, 3]),
  });
  ({ folder } = grown);
  homes = [join(folder, 'home')];
  remove = [grown.remove, outside.remove];
});

afterAll(async () => {
  for (const each of remove) await each();
});

// A pipe that is read waits for ever.
const limitMs = 20_000;

describe('the search of a folder', () => {
  it(
    'finds what is taken, past pipes, dead links and folders that are called like files',
    async () => {
      const { hits } = await searchFolder({ folder, question: 'revenue', homes });
      expect(hits.map(({ title }) => title).toSorted()).toEqual(['a.md', 'inside.md', 'notes.md/b.txt']);
    },
    limitMs,
  );

  it(
    'does not find what is hidden, elsewhere, ignored or fanfold’s own',
    async () => {
      const { hits } = await searchFolder({ folder, question: `revenue ${token}`, homes });
      expect(JSON.stringify(hits)).not.toContain(token);
    },
    limitMs,
  );

  it('is refused in a home', async () => {
    const search = searchFolder({ folder: join(folder, 'home', 'tools'), question: 'revenue', homes });
    await expect(search).rejects.toThrow("It is fanfold's home, or lies in one.");
  });
});

describe('the list of a folder', () => {
  it('has what is taken', async () => {
    expect(await listFolder({ folder, path: '.', homes })).toEqual({
      files: ['a.md', 'binary.dat', 'inside.md', 'notes.md/b.txt'],
      more: 0,
    });
    expect(await listFolder({ folder, path: 'notes.md', homes })).toEqual({ files: ['notes.md/b.txt'], more: 0 });
  });

  it.each([
    ['..', 'Expected a path inside the folder, got `..`.'],
    ['../nowhere', 'Expected a path inside the folder, got `../nowhere`.'],
    ['out-folder', 'Expected a path inside the folder, got `out-folder`.'],
    ['.hidden', 'Expected a path that is not left out, got `.hidden`: hidden.'],
    ['home', "Expected a path that is not left out, got `home`: fanfold's home."],
    ['home/tools', "Expected a path that is not left out, got `home/tools`: fanfold's home."],
    ['missing', 'There is no such file or folder.'],
  ])('refuses %s', async (path, message) => {
    await expect(listFolder({ folder, path, homes })).rejects.toThrow(message);
  });
});

describe('a part of a document that is no text file', () => {
  it('is one of what its reader gives', async () => {
    await writeFile(join(folder, 'long.docx'), docxOf(p('Wörter '.repeat(20_000))));
    const first = await readPart({ folder, path: 'long.docx', from: 0, homes: [] });
    const next = await readPart({ folder, path: 'long.docx', from: first.next ?? 0, homes: [] });
    expect(first.text).toMatch(/^Wörter Wörter/);
    expect((first.text + next.text).startsWith('Wörter '.repeat(10_000))).toBe(true);
    expect(first.size).toBe(Buffer.byteLength('Wörter '.repeat(20_000).trim()));
  });

  it('is refused where nothing reads it, with what to do', async () => {
    await writeFile(join(folder, 'a.rtf'), '{\\rtf1 hello}');
    const read = readPart({ folder, path: 'a.rtf', from: 0, homes: [] });
    await expect(read).rejects.toThrow('It is an RTF document. Save it as .docx.');
  });
});

describe('a part of a file', () => {
  const read = (path: string, from = 0) => readPart({ folder, path, from, homes });

  it('is had of what is taken', async () => {
    expect(await read('inside.md')).toEqual({ text: 'The revenue is 12 million.', size: 26 });
    expect((await read('a.md', 20)).text).toBe('llion.');
    expect(await read('a.md', 26)).toEqual({ text: '', size: 26 });
    expect(await read('a.md', 1_000)).toEqual({ text: '', size: 26 });
  });

  it.each([
    ['out.md', 'Expected a path inside the folder, got `out.md`.'],
    ['out-folder/secret.md', 'Expected a path inside the folder, got `out-folder/secret.md`.'],
    ['.env.md', 'Expected a path that is not left out, got `.env.md`: hidden.'],
    ['to-hidden.md', 'Expected a path that is not left out, got `to-hidden.md`: hidden.'],
    ['.fanfold/tools/x.json', "got `.fanfold/tools/x.json`: fanfold's home."],
    ['node_modules/x/readme.md', 'got `node_modules/x/readme.md`: vendored.'],
    ['ignored.md', 'got `ignored.md`: ignored.'],
    ['pipe.md', 'Expected a file, got `pipe.md`, which is none.'],
    ['notes.md', 'Expected a file, got `notes.md`, which is none.'],
    ['binary.dat', 'Expected a text file, got `binary.dat`, which is not text.'],
  ])(
    'is not had of %s',
    async (path, message) => {
      await expect(read(path)).rejects.toThrow(message);
    },
    limitMs,
  );

  it('has whole characters, goes on where it says, and is never cut by what a result has room for', async () => {
    const character = fc.constantFrom('a', '"', '\n', '\u0001', 'é', '語', '😀');
    const texts = fc.array(fc.tuple(character, fc.integer({ min: 1, max: 30_000 })), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(texts, async (runs) => {
        const text = runs.map(([each, times]) => each.repeat(times)).join('');
        await writeFile(join(folder, 'long.txt'), text);
        let whole = '';
        for (let from: number | undefined = 0; from !== undefined;) {
          const part: Awaited<ReturnType<typeof readPart>> = await read('long.txt', from);
          expect(part.text).not.toMatch(/\p{Cs}|\uFFFD/u);
          expect(JSON.stringify(part).length).toBeLessThan(60_000);
          expect(part.next ?? Infinity).toBeGreaterThan(from);
          whole += part.text;
          from = part.next;
        }
        expect(whole).toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  it('begins with the character that the byte asked for is part of, and says where that is', async () => {
    await writeFile(join(folder, 'short.txt'), 'a😀b');
    expect(await read('short.txt', 3)).toEqual({ text: '😀b', from: 1, size: 6 });
    expect(await read('short.txt', 5)).toEqual({ text: 'b', size: 6 });
  });

  it('of another encoding goes on as well', async () => {
    await writeFile(join(folder, 'latin.txt'), Buffer.alloc(120_000, 0xe9));
    let bytes = 0;
    for (let from: number | undefined = 0; from !== undefined;) {
      const part: Awaited<ReturnType<typeof readPart>> = await read('latin.txt', from);
      expect(part.next ?? 120_000).toBeGreaterThan(from);
      bytes += part.text.length;
      from = part.next;
    }
    expect(bytes).toBe(120_000);
  });
});

it('a file whose folder has become a link that leads out is not read', async () => {
  await mkdir(join(folder, 'swapped'));
  await writeFile(join(folder, 'swapped', 'secret.md'), 'inside');
  await rename(join(folder, 'swapped'), join(folder, 'swapped-away'));
  await symlink(join(folder, 'out-folder'), join(folder, 'swapped'));
  await expect(openInside(folder, join(folder, 'swapped', 'secret.md'))).rejects.toThrow('leads out');
});
