import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { codeFolder, engineOf, keepCode, keptCode } from '../../src/cli/kept-code.js';
import { cacheDirectory } from '../../src/server/cache-directory.js';
import { configDirectory } from '../../src/server/owner-secret.js';

const code = Buffer.from('made-up code');
const of = {
  program: 'main',
  word: 'list',
  path: '/here/main.cjs',
  bundle: `// ${'0'.repeat(64)}\n(() => 7)()`,
  engine: engineOf(process.version),
};

let cache: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'fanfold-code-'));
  env = { HOME: cache, XDG_CACHE_HOME: join(cache, 'made/here') };
});

/** Keeps the code, and says where. */
async function kept(): Promise<{ folder: string; path: string }> {
  const folder = codeFolder(env)!;
  keepCode(folder, of, code);
  const [name = ''] = await readdir(folder);
  return { folder, path: join(folder, name) };
}

it('keeps code in a folder that is the user’s alone, made where it is missing', async () => {
  const { folder, path } = await kept();
  expect(folder).toBe(join(cache, 'made/here/fanfold/code'));
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(keptCode(folder, of)).toEqual(code);
});

it('has none for another program, command, place, bundle or engine', async () => {
  const { folder } = await kept();
  for (const other of [
    { ...of, program: 'worker' },
    { ...of, word: 'show' },
    { ...of, word: undefined },
    { ...of, path: '/elsewhere/main.cjs' },
    { ...of, bundle: of.bundle.replace('0', '1') },
    { ...of, engine: engineOf('v20.0.0') },
  ])
    expect(keptCode(folder, other)).toBeUndefined();
});

it.skipIf(process.platform === 'win32').each([0o777, 0o720, 0o702])(
  'uses no folder that others may write to: %o',
  async (mode) => {
    const { folder } = await kept();
    await chmod(folder, mode);
    expect(codeFolder(env)).toBeUndefined();
  },
);

it('uses no folder that another one is linked to, nor a file', async () => {
  const { folder } = await kept();
  await rename(folder, `${folder}.elsewhere`);
  await symlink(`${folder}.elsewhere`, folder);
  expect(codeFolder(env)).toBeUndefined();
  await rm(folder);
  await writeFile(folder, '');
  expect(codeFolder(env)).toBeUndefined();
});

it('ignores a relative XDG_CACHE_HOME: whoever made the folder around it would decide what is run', () => {
  expect(codeFolder({ HOME: cache, XDG_CACHE_HOME: 'cache' })).toBe(join(cache, '.cache/fanfold/code'));
});

it.skipIf(process.platform === 'win32')('ignores a relative HOME, for the user’s own folders are elsewhere', () => {
  const { homedir } = userInfo();
  for (const folder of [cacheDirectory({ HOME: 'home' }), configDirectory({ HOME: 'home' })]) {
    expect(folder.startsWith(homedir)).toBe(true);
  }
});

it.skipIf(process.platform !== 'linux')('keeps nothing where nothing can be made, and says nothing', () => {
  expect(codeFolder({ XDG_CACHE_HOME: '/proc/none' })).toBeUndefined();
  expect(() => keepCode('/proc/none', of, code)).not.toThrow();
});

describe.skipIf(process.platform === 'win32')('takes no file', () => {
  it('that others may write to', async () => {
    const { folder, path } = await kept();
    await chmod(path, 0o620);
    expect(keptCode(folder, of)).toBeUndefined();
  });

  it.skipIf(process.geteuid?.() !== 0)('of another user', async () => {
    const { folder, path } = await kept();
    await chown(path, 65_534, 65_534);
    expect(keptCode(folder, of)).toBeUndefined();
    await chown(folder, 65_534, 65_534);
    expect(codeFolder(env)).toBeUndefined();
  });

  it('through a link, and no folder', async () => {
    const { folder, path } = await kept();
    await rename(path, `${path}.elsewhere`);
    await symlink(`${path}.elsewhere`, path);
    expect(keptCode(folder, of)).toBeUndefined();
    await rm(path);
    await mkdir(path);
    expect(keptCode(folder, of)).toBeUndefined();
  });

  it('that is not whole: V8 would run what is left', async () => {
    const { folder, path } = await kept();
    const whole = await readFile(path);
    for (const damaged of [whole.subarray(0, -1), whole.with(-1, whole.at(-1)! ^ 1), Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      expect(keptCode(folder, of)).toBeUndefined();
    }
  });
});

it('lets the oldest files go, and what is no code stay', async () => {
  const { folder, path } = await kept();
  await writeFile(join(folder, 'note'), '');
  await utimes(path, 0, 0);
  for (let count = 0; count < 30; count += 1) keepCode(folder, { ...of, word: `word-${count}` }, code);
  const names = await readdir(folder);
  expect(names).toHaveLength(24 + 1);
  expect(names).toContain('note');
  expect(keptCode(folder, of)).toBeUndefined();
});

describe('leaves no draft', () => {
  const draftOf = (count: number) => `00000000-0000-4000-8000-${String(count).padStart(12, '0')}.code`;

  it('where code cannot take its place', async () => {
    const { folder, path } = await kept();
    await rm(path);
    await mkdir(join(path, 'in-the-way'), { recursive: true });
    const before = await readdir(folder);
    keepCode(folder, of, code);
    expect(await readdir(folder)).toEqual(before);
  });

  it('of a process that was killed, and lets no code go for one', async () => {
    const { folder } = await kept();
    for (let count = 0; count < 30; count += 1) await writeFile(join(folder, draftOf(count)), '');
    await utimes(join(folder, draftOf(0)), 0, 0);
    keepCode(folder, { ...of, word: 'show' }, code);
    expect(keptCode(folder, of)).toEqual(code);
    const names = await readdir(folder);
    expect(names).toHaveLength(2 + 29);
    expect(names).not.toContain(draftOf(0));
  });
});
