import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { gitTracks } from './git-tracks.js';
import { markState } from './home-mark.js';
import { ownerSecret } from './owner-secret.js';
import { isOwnUid, othersBits, ownUid } from './user.js';

/** Mode of a place for everybody, such as /tmp: all can write to it, and each can remove their own files only. */
const everybodys = 0o1002;

/** The owner of a home. */
export interface Judgement {
  /** `nobody`: the home carries no mark, and holds nothing but reports, if anything. */
  owner: 'self' | 'nobody' | 'stranger';
  /** The reason why it is a stranger's, as the second half of a sentence. */
  why: string;
  /** Names of its entries that would be trusted, in order. */
  holds: string[];
  /** Steps that come first, where the user cannot make it their own as it is. */
  cannotBeAdopted?: string;
  /** Whether others may do something in it. */
  isOpen: boolean;
  /** Whether it has been moved, or its file system mounted anew, since it was marked. */
  isOutdated: boolean;
}

/**
 * Judges an existing directory, and changes nothing in it.
 *
 * HomeOwner-1. A home is its user's when its mark was made with that user's secret for that very directory (see `HomeMark`).
 * HomeOwner-2. A directory of another user is a stranger's, whatever its mark says. So is one that is everybody's, such as /tmp,
 *     and one with files that git tracks: anybody who may push may change them.
 * HomeOwner-3. Reports, `.gitignore` and empty folders give nobody any power. A home with nothing else counts as new.
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
  // A home's maker marks it before putting anything there.
  state = await markState(home, directory, secret);
  if (state === 'fits' || state === 'outdated') return { ...ownAs, owner: 'self', isOutdated: state === 'outdated' };
  return stranger(
    state === 'none' ? 'it carries no mark of yours' : 'its mark was made for another directory, or by another user',
  );
}

/** Names in a home that a command would trust: everything but `.gitignore`, the mark, plain reports and empty folders. */
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
