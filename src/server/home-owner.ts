import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { gitTracks } from './git-tracks.js';
import { markState } from './home-mark.js';
import { ownerSecret } from './owner-secret.js';
import { isOwnUid, othersBits, ownUid } from './user.js';

/** Mode of a place for everybody, such as /tmp: written to by others, each of whom can remove their own only. */
const everybodys = 0o1002;

/** Whose a home is. */
export interface Judgement {
  /** `nobody`: it carries no mark, and holds nothing but reports, if anything. */
  owner: 'self' | 'nobody' | 'stranger';
  /** Why it is a stranger's, as the second half of a sentence. */
  why: string;
  /** Names of what is in it and would be trusted, in order. */
  holds: string[];
  /** What has to be done first, where the user cannot make it their own as it is. */
  cannotBeAdopted?: string;
  /** Others may do something in it. */
  isOpen: boolean;
  /** It has been moved, or its file system mounted anew, since it was marked. */
  isOutdated: boolean;
}

/**
 * Judges a directory that exists; changes nothing in it.
 *
 * HomeOwner-1. A home is its user's when its mark was made with that user's secret for that very directory (see `HomeMark`).
 * HomeOwner-2. A directory of another user is a stranger's whatever its mark says, and so are one that is everybody's, as /tmp
 *     is, and one that git keeps files of: whoever may push may change them.
 * HomeOwner-3. Reports, `.gitignore` and empty folders give nobody any power; a home of nothing else is taken for new.
 *
 * @throws UnavailableError `NoOwnerSecret`
 */
export async function judgeHome(home: string, env: NodeJS.ProcessEnv): Promise<Judgement> {
  const directory = await stat(home, { bigint: true });
  const isOpen = ownUid() !== undefined && (Number(directory.mode) & othersBits) !== 0;
  const stranger = async (why: string, cannotBeAdopted?: string): Promise<Judgement> => ({
    owner: 'stranger',
    why,
    holds: await trustedNames(home),
    isOpen,
    isOutdated: false,
    ...(cannotBeAdopted !== undefined && { cannotBeAdopted }),
  });
  if (!isOwnUid(directory.uid)) {
    return stranger(
      `the directory belongs to the user ${directory.uid}, and this is ${ownUid()}`,
      `Set FANFOLD_HOME to a directory of your own, such as ${join(home, 'home')} where a volume is mounted.`,
    );
  }
  if ((Number(directory.mode) & everybodys) === everybodys) {
    return stranger(
      'everybody may put something there',
      `Set FANFOLD_HOME to a directory of your own, such as ${join(home, 'fanfold')}.`,
    );
  }
  if (await gitTracks(home)) {
    return stranger(
      'git keeps files of it, and whoever may push can change them',
      'Take it out of the repository: git rm -r --cached; or set FANFOLD_HOME to another directory.',
    );
  }
  const secret = await ownerSecret(env);
  let state = await markState(home, directory, secret);
  const ownAs = { why: '', holds: [], isOpen };
  if (state === 'fits' || state === 'outdated') return { ...ownAs, owner: 'self', isOutdated: state === 'outdated' };
  const holds = await trustedNames(home);
  if (holds.length === 0) return { ...ownAs, owner: 'nobody', isOutdated: false };
  // Whoever has just made it marked it before putting anything there.
  state = await markState(home, directory, secret);
  if (state === 'fits' || state === 'outdated') return { ...ownAs, owner: 'self', isOutdated: state === 'outdated' };
  return stranger(
    state === 'none' ? 'it carries no mark of yours' : 'its mark was made for another directory, or by another user',
  );
}

/** Names in a home of what a command would go by: everything but `.gitignore`, the mark, plain reports and empty folders. */
async function trustedNames(home: string): Promise<string[]> {
  const entries = await readdir(home, { withFileTypes: true });
  const isTrusted = await Promise.all(
    entries.map(async (entry) => {
      const path = join(home, entry.name);
      if (entry.isFile()) return !/^(\.gitignore|owner\.json(\.[\da-f-]+\.new)?)$/.test(entry.name);
      // The lock of one who is just making it.
      if (!entry.isDirectory()) return true;
      const within = await readdir(path, { withFileTypes: true }).catch(() => []);
      return entry.name === 'reports' ? within.some((report) => !report.isFile()) : within.length > 0;
    }),
  );
  return entries
    .filter((_, index) => isTrusted[index])
    .map(({ name }) => name)
    .toSorted();
}
