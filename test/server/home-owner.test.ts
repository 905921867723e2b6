import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { adoptHome, homePaths, joinHome, judgeHome, openHome } from '../../src/server/index.js';
import { enter, env, joinAs, makeDirectory, makeHome } from './homes.js';

const run = promisify(execFile);
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

/** A home as another user, or another machine, made it. */
async function foreignHome(): Promise<string> {
  const home = await makeHome();
  await openHome(home, { ...env, FANFOLD_CONFIG: join(await makeDirectory(), 'theirs') });
  await writeFile(homePaths(home).database, 'prepared', { mode: 0o644 });
  return home;
}

const isForeign = {
  name: 'UnavailableError',
  type: 'ForeignHome',
  advice: expect.stringContaining('fanfold home adopt'),
};

describe('a home', () => {
  it('is its user’s when it is opened again, wherever it has been moved to', async () => {
    const home = await makeHome();
    await openHome(home, env);
    await writeFile(homePaths(home).database, 'runs');
    const moved = join(await makeDirectory(), 'moved');
    await rename(home, moved);
    await openHome(moved, env);
    await openHome(moved, env);
    expect((await judgeHome(moved, env)).owner).toBe('self');
  });

  it('is a stranger’s when it was copied, mark and all', async () => {
    const home = await makeHome();
    await openHome(home, env);
    await writeFile(homePaths(home).database, 'prepared');
    const clone = join(await makeDirectory(), 'clone');
    await cp(home, clone, { recursive: true });
    await expect(openHome(clone, env)).rejects.toMatchObject(isForeign);
    await expect(joinHome({ home: clone, env, role: 'worker' })).rejects.toMatchObject(isForeign);
    expect((await readdir(clone)).toSorted()).toEqual((await readdir(home)).toSorted());
    expect((await judgeHome(home, env)).owner).toBe('self');
  });

  it('is a stranger’s when another user’s secret marked it, and says what it holds', async () => {
    const home = await foreignHome();
    await expect(openHome(home, env)).rejects.toMatchObject({
      ...isForeign,
      message: expect.stringMatching(/by another user, and it holds temporal\.db; nothing in it was used\.$/),
    });
  });

  it('is a stranger’s when it carries no mark, as one of an earlier version does', async () => {
    const home = await makeHome();
    await mkdir(homePaths(home).tools, { recursive: true });
    await writeFile(join(homePaths(home).tools, 'a.json'), '{}');
    await expect(openHome(home, env)).rejects.toMatchObject({
      ...isForeign,
      message: expect.stringContaining('it carries no mark of yours, and it holds tools'),
    });
  });

  it('stays its user’s when its device has another number after a reboot, but not elsewhere as well', async () => {
    const home = await makeHome();
    await openHome(home, env);
    await writeFile(homePaths(home).database, 'runs');
    const path = homePaths(home).owner;
    const mark = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...mark, byDevice: '0'.repeat(64) }));
    expect(await judgeHome(home, env)).toMatchObject({ owner: 'self', isOutdated: true });
    await openHome(home, env);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(mark);

    await writeFile(path, JSON.stringify({ ...mark, byDevice: '0'.repeat(64) }));
    const moved = join(await makeDirectory(), 'moved');
    await rename(home, moved);
    await expect(openHome(moved, env)).rejects.toMatchObject(isForeign);
  });

  it.each(['null', '[]', '"x"', '{"byDevice":1,"byPath":{}}', '{', ''])(
    'trusts no mark that reads %s',
    async (mark) => {
      const home = await makeHome();
      await openHome(home, env);
      await writeFile(homePaths(home).database, 'prepared');
      await writeFile(homePaths(home).owner, mark);
      await expect(openHome(home, env)).rejects.toMatchObject(isForeign);
    },
  );

  it('that holds nothing but reports is taken, and hidden from git again', async () => {
    const home = await makeHome();
    await mkdir(homePaths(home).reports, { recursive: true, mode: 0o755 });
    await writeFile(join(homePaths(home).reports, 'a.html'), 'a report', { mode: 0o644 });
    await writeFile(homePaths(home).gitignore, '');
    await openHome(home, env);
    expect((await judgeHome(home, env)).owner).toBe('self');
    expect(await readFile(homePaths(home).gitignore, 'utf8')).toBe('*\n');
    expect(await modeOf(join(homePaths(home).reports, 'a.html'))).toBe(0o600);
  });

  it('whose reports are links to elsewhere is a stranger’s', async () => {
    const home = await makeHome();
    await mkdir(homePaths(home).reports, { recursive: true });
    await symlink(join(home, '..', 'marker'), join(homePaths(home).reports, 'a.html'));
    await expect(openHome(home, env)).rejects.toMatchObject(isForeign);
  });

  it('is taken once by many who open it at once', async () => {
    const home = await makeHome();
    await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        await openHome(home, env);
        await writeFile(join(home, `file-${index}`), '');
      }),
    );
    expect((await judgeHome(home, env)).owner).toBe('self');
  });

  it('is never a place for everybody, and leaves its mode', async () => {
    const home = await makeHome();
    await mkdir(home);
    await chmod(home, 0o1777);
    await expect(openHome(home, env)).rejects.toMatchObject({
      type: 'ForeignHome',
      advice: expect.stringContaining('of your own'),
    });
    await expect(adoptHome(home, env)).rejects.toMatchObject({ type: 'ForeignHome' });
    expect([(await stat(home)).mode & 0o1777, await readdir(home)]).toEqual([0o1777, []]);
  });

  it.skipIf(process.getuid?.() !== 0)('is a stranger’s when its directory belongs to another user', async () => {
    const home = await makeHome();
    await openHome(home, env);
    await chown(home, 4_711, 4_711);
    await expect(openHome(home, env)).rejects.toMatchObject({
      type: 'ForeignHome',
      message: expect.stringContaining('belongs to the user 4711'),
      advice: expect.stringContaining('a directory of your own'),
    });
    await expect(adoptHome(home, env)).rejects.toMatchObject({ type: 'ForeignHome' });
  });
});

describe('adopting', () => {
  it('makes it the user’s, and tightens what is in it', async () => {
    const home = await foreignHome();
    const deep = join(home, 'journal', 'deep');
    await mkdir(deep, { recursive: true, mode: 0o755 });
    await writeFile(join(deep, 'journal-1.db'), 'answers', { mode: 0o644 });
    await chmod(home, 0o755);
    const outside = join(home, '..', 'outside');
    await writeFile(outside, '');
    await chmod(outside, 0o644);
    await symlink(outside, join(home, 'link'));
    await expect(adoptHome(home, env)).rejects.toMatchObject({
      type: 'ForeignHome',
      advice: 'Remove what is a link, or no file, first: "link".',
    });
    await rm(join(home, 'link'));
    await writeFile(join(home, 'other.sh'), '', { mode: 0o755 });
    await chmod(join(home, 'other.sh'), 0o755);

    await adoptHome(home, env);
    await openHome(home, env);
    expect(await Promise.all([home, deep].map(modeOf))).toEqual([0o700, 0o700]);
    expect(await modeOf(join(deep, 'journal-1.db'))).toBe(0o600);
    expect(await modeOf(outside)).toBe(0o644);
    expect(await modeOf(join(home, 'other.sh'))).toBe(0o755);
  });
});

describe('a home in a git repository', () => {
  async function repository(version: string): Promise<string> {
    const root = await makeDirectory();
    await run('git', ['init', '-q', root]);
    await run('git', ['-C', root, 'config', 'index.version', version]);
    await writeFile(join(root, '.env-example'), '');
    await mkdir(join(root, 'x', '.fanfold'), { recursive: true });
    await writeFile(join(root, 'x', '.fanfold', 'file'), '');
    await run('git', ['-C', root, 'add', '-A']);
    return root;
  }

  it.each(['2', '3', '4'])(
    'is a stranger’s where git keeps a file of it, and until it does not (index %s)',
    async (version) => {
      const root = await repository(version);
      const home = join(root, '.fanfold');
      await openHome(home, env);
      await writeFile(homePaths(home).database, 'runs');
      await openHome(home, env);
      // As a checkout of somebody's branch does: git writes over what is ignored.
      await mkdir(homePaths(home).tools);
      await writeFile(join(homePaths(home).tools, 'a.json'), '{}');
      await run('git', ['-C', root, 'add', '-f', '.fanfold/tools/a.json']);
      await expect(openHome(home, env)).rejects.toMatchObject({
        type: 'ForeignHome',
        message: expect.stringContaining('git keeps files of it'),
        advice: expect.stringContaining('git rm -r --cached'),
      });
      await expect(adoptHome(home, env)).rejects.toMatchObject({ type: 'ForeignHome' });
      await run('git', ['-C', root, 'rm', '-rq', '--cached', '.fanfold']);
      await openHome(home, env);
    },
  );

  it('is a stranger’s where git keeps a link of its name', async () => {
    const root = await repository('2');
    const elsewhere = await makeHome();
    await openHome(elsewhere, env);
    await symlink(elsewhere, join(root, '.fanfold'));
    await openHome(join(root, '.fanfold'), env);
    await run('git', ['-C', root, 'add', '-f', '.fanfold']);
    await expect(openHome(join(root, '.fanfold'), env)).rejects.toMatchObject({ type: 'ForeignHome' });
    await openHome(elsewhere, env);
  });
});

describe('modes', () => {
  it('are its user’s alone whatever the umask, the database and log of the server included', async () => {
    const home = await makeHome();
    const before = process.umask(0);
    try {
      await enter(home);
    } finally {
      process.umask(before);
    }
    const entries = await readdir(home, { recursive: true, withFileTypes: true });
    expect(entries.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['temporal.db', 'temporal.db-wal', 'temporal.log']),
    );
    for (const entry of entries) {
      const mode = await modeOf(join(entry.parentPath, entry.name)).catch(() => undefined);
      // What comes and goes meanwhile has none.
      if (mode !== undefined) expect(mode & 0o077, entry.name).toBe(0);
    }
  });

  it('are mended by whoever opens their home', async () => {
    const home = await makeHome();
    await (await joinAs(home)).leave();
    await writeFile(homePaths(home).log, '', { mode: 0o644 });
    await chmod(homePaths(home).log, 0o644);
    await chmod(home, 0o777);
    await openHome(home, env);
    expect(await Promise.all([home, homePaths(home).log].map(modeOf))).toEqual([0o700, 0o600]);
  });
});
