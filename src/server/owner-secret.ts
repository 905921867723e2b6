import { randomBytes } from 'node:crypto';
import { chmod, constants, link, open, rm, stat, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { InputError, UnavailableError } from '../contract/errors.js';
import { makeDirectory, whyUnusable } from './make-directory.js';
import { isOwnUid, othersBits, userHome } from './user.js';

const secretBytes = 32;

/**
 * The folder of the user's own files that belong to no home: FANFOLD_CONFIG, or `fanfold` where the system keeps such things.
 *
 * @throws InputError where FANFOLD_CONFIG is relative: a folder that somebody goes into would then decide
 */
export function configDirectory(env: NodeJS.ProcessEnv): string {
  const own = env['FANFOLD_CONFIG'];
  if (own) {
    if (isAbsolute(own)) return own;
    throw new InputError(`Expected FANFOLD_CONFIG to be an absolute path, got \`${own}\`.`);
  }
  // Relative paths are to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/#variables
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  if (isAbsolute(xdg)) return join(xdg, 'fanfold');
  switch (platform()) {
    case 'darwin':
      return join(userHome(env), 'Library', 'Application Support', 'fanfold');
    case 'win32': {
      const roaming = env['APPDATA'] ?? '';
      return join(isAbsolute(roaming) ? roaming : join(userHome(env), 'AppData', 'Roaming'), 'fanfold');
    }
    default:
      return join(userHome(env), '.config', 'fanfold');
  }
}

/**
 * The user's secret, which marks of homes are made with. It is made where there is none.
 *
 * @throws UnavailableError `NoOwnerSecret` where it cannot be kept, or is not this user's alone
 */
export async function ownerSecret(env: NodeJS.ProcessEnv): Promise<Buffer> {
  const directory = configDirectory(env);
  const path = join(directory, 'home-secret');
  try {
    const known = await readSecret(path);
    if (known !== undefined) return known;
    await makeDirectory(directory);
    const { mode, uid } = await stat(directory);
    if (isOwnUid(uid) && (mode & othersBits) !== 0) await chmod(directory, 0o700);
    await makeSecret(path);
    return (await readSecret(path)) ?? fail('it went away');
  } catch (error) {
    throw new UnavailableError(
      'NoOwnerSecret',
      `The secret that marks your homes cannot be kept in ${path}: ${whyUnusable(error as NodeJS.ErrnoException)}.`,
      'Set FANFOLD_CONFIG to a folder of your own that lasts as long as your homes, and is in none of them.',
      error,
    );
  }
}

async function readSecret(path: string): Promise<Buffer | undefined> {
  // The file is not read through a link, and a pipe is not waited for.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') fail('it is a link');
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  try {
    if (file === undefined) return undefined;
    const found = await file.stat();
    if (!found.isFile()) fail('it is no file');
    if (!isOwnUid(found.uid)) fail(`it belongs to another user (${found.uid})`);
    if ((found.mode & othersBits) !== 0 && platform() !== 'win32') await file.chmod(0o600);
    const text = (await file.readFile('utf8')).trim();
    if (!/^[0-9a-f]{64}$/.test(text)) fail('what is there is no secret of fanfold; move it away');
    return Buffer.from(text, 'hex');
  } finally {
    await file?.close();
  }
}

/** Writes the secret whole or not at all. The first one stays, so that two processes that begin at once use the same. */
async function makeSecret(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const secret = `${randomBytes(secretBytes).toString('hex')}\n`;
  await writeFile(draft, secret, { mode: 0o600, flag: 'wx' }).catch(async (error: unknown) => {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  });
  try {
    await link(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    // The file system has no links: the second process reads what the first has just begun to write.
    const text = `${randomBytes(secretBytes).toString('hex')}\n`;
    await writeFile(path, text, { mode: 0o600, flag: 'wx' }).catch(async (refused: NodeJS.ErrnoException) => {
      if (refused.code !== 'EEXIST') throw refused;
      await sleep(100);
    });
  } finally {
    await rm(draft, { force: true });
  }
}

function fail(reason: string): never {
  throw new Error(reason);
}
