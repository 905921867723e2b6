import { access, constants, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { InputError, UnavailableError } from '../contract/errors.js';
import { judgeHome } from './home-owner.js';
import { tighten } from './home-modes.js';
import { writeMark } from './home-mark.js';
import { makeDirectory, unlessExists, whyUnusable } from './make-directory.js';
import { adviceOnOddEntries } from './odd-entries.js';
import { ownerSecret } from './owner-secret.js';
import { homePaths } from './paths.js';

const advice = 'Set FANFOLD_HOME to a directory that you may write to.';

/**
 * Makes the home directory, private to its user and unseen by git; or checks that the existing one is the user's own.
 *
 * @param env where the user's own folder is
 * @throws InputError when it is a file, or cannot be written
 * @throws UnavailableError `ForeignHome` when it was not made by this user and holds anything but reports
 */
export async function openHome(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  const paths = homePaths(home);
  try {
    await makeDirectory(home);
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    await ownHome(home, env);
    await mkdir(paths.presence, { recursive: true, mode: 0o700 });
    await writeFile(paths.gitignore, '*\n', { flag: 'wx', mode: 0o600 }).catch(unlessExists);
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof InputError) throw error;
    throw new InputError(
      `The fanfold home ${home} cannot be used: ${whyUnusable(error as NodeJS.ErrnoException)}.`,
      advice,
    );
  }
}

/**
 * Makes a home the user's own, whatever is in it: for somebody who has looked into it.
 *
 * @throws UnavailableError `ForeignHome` where the directory belongs to another user, git keeps files of it, or there are links in it
 */
export async function adoptHome(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  const judgement = await judgeHome(home, env);
  const before = judgement.cannotBeAdopted ?? (await adviceOnOddEntries(home));
  if (before !== undefined) throw foreign(home, judgement.why || 'it holds links', before);
  await tighten(home);
  await takeHome(home, env);
}

async function ownHome(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { owner, why, holds, cannotBeAdopted, isOpen, isOutdated } = await judgeHome(home, env);
  switch (owner) {
    case 'self':
      if (isOpen) await tighten(home);
      if (isOutdated) await mark(home, env);
      return;
    case 'nobody':
      await tighten(home);
      return takeHome(home, env);
    case 'stranger':
      throw foreign(home, `${why}${holds.length > 0 ? `, and it holds ${listed(holds)}` : ''}`, cannotBeAdopted);
  }
}

function foreign(home: string, why: string, cannotBeAdopted?: string): UnavailableError {
  return new UnavailableError(
    'ForeignHome',
    `The fanfold home ${home} is not known to be yours: ${why}; nothing in it was used.`,
    cannotBeAdopted ??
      'See what is in it with `fanfold home`, and make it yours with `fanfold home adopt`; or set FANFOLD_HOME to another directory.',
  );
}

/** Writes the mark before anything else: a process that finds something in the home finds the mark, too. */
async function takeHome(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  await mark(home, env);
  const { gitignore } = homePaths(home);
  // A stranger's `.gitignore` may let through what this user is about to put there.
  if ((await readFile(gitignore, 'utf8').catch(() => '')) === '*\n') return;
  await rm(gitignore, { recursive: true, force: true });
  await writeFile(gitignore, '*\n', { flag: 'wx', mode: 0o600 }).catch(unlessExists);
}

async function mark(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  await writeMark(home, await stat(home, { bigint: true }), await ownerSecret(env));
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => JSON.stringify(name).slice(1, -1).slice(0, 60));
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

/** Bytes of everything in the home directory; 0 when there is none. */
export async function homeSize(home: string): Promise<number> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map((file) =>
    stat(join(file.parentPath, file.name)).then(
      ({ size }) => size,
      // Files of presence and journal come and go during the count.
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}
