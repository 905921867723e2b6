import { execFile } from 'node:child_process';
import { chmod, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { openHome } from '../../src/server/index.js';
import { configDirectory, ownerSecret } from '../../src/server/owner-secret.js';
import { makeDirectory, makeHome } from './homes.js';

const run = promisify(execFile);
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('the secret', () => {
  it('is made once, for its user alone, by however many', async () => {
    const config = join(await makeDirectory(), 'a', 'config');
    const secrets = await Promise.all(Array.from({ length: 12 }, () => ownerSecret({ FANFOLD_CONFIG: config })));
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
    expect(secrets[0]).toHaveLength(32);
    expect(await readdir(config)).toEqual(['home-secret']);
    expect(await Promise.all([config, join(config, 'home-secret')].map(modeOf))).toEqual([0o700, 0o600]);
    await chmod(join(config, 'home-secret'), 0o644);
    await ownerSecret({ FANFOLD_CONFIG: config });
    expect(await modeOf(join(config, 'home-secret'))).toBe(0o600);
  });

  it.each([
    ['is something else', async (path: string) => writeFile(path, 'something'), /no secret of fanfold/],
    ['is a link', async (path: string) => symlink('/dev/null', path), /it is a link/],
    ['is a pipe', async (path: string) => run('mkfifo', [path]), /it is no file/],
  ])('that %s is refused, with what to do', async (_, make, reason) => {
    const config = await makeDirectory();
    await make(join(config, 'home-secret'));
    await expect(ownerSecret({ FANFOLD_CONFIG: config })).rejects.toMatchObject({
      name: 'UnavailableError',
      type: 'NoOwnerSecret',
      message: expect.stringMatching(reason),
      advice: expect.stringContaining('FANFOLD_CONFIG'),
    });
  });

  it('that cannot be kept is an error before a home is marked', async () => {
    const file = join(await makeDirectory(), 'file');
    await writeFile(file, '');
    const home = await makeHome();
    await expect(openHome(home, { FANFOLD_CONFIG: join(file, 'config') })).rejects.toMatchObject({
      type: 'NoOwnerSecret',
    });
    expect(await readdir(home)).toEqual([]);
  });

  it('is where the user says, or the system', () => {
    expect(configDirectory({ FANFOLD_CONFIG: '/own', XDG_CONFIG_HOME: '/xdg' })).toBe('/own');
    expect(configDirectory({ XDG_CONFIG_HOME: '/xdg' })).toBe('/xdg/fanfold');
    expect(configDirectory({ XDG_CONFIG_HOME: 'relative', HOME: '/home/a' })).not.toContain('relative');
    expect(() => configDirectory({ FANFOLD_CONFIG: 'relative' })).toThrow('absolute path, got `relative`');
  });
});
