import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * The user's own folder: HOME, or what the system says where that is no absolute path, for the folder that one stands in would decide then what
 * is run and whose a home is.
 *
 * @throws SystemError where the system knows no such user either
 */
export function userHome(env: NodeJS.ProcessEnv): string {
  const home = env['HOME'] ?? '';
  return isAbsolute(home) ? home : userInfo().homedir;
}

/** The numeric id of the user whose files this process makes; undefined on Windows, which has none. */
export function ownUid(): number | undefined {
  return process.geteuid?.();
}

/** Bits of a mode that let others than the owner do something. */
export const othersBits = 0o077;

/** Whether a file or process of that user is this user's; on Windows the access list of the user's folder has to do. */
export function isOwnUid(uid: number | bigint): boolean {
  const own = ownUid();
  return own === undefined || Number(uid) === own;
}

/**
 * Runs synchronous `work`. Files made in it, and by processes started in it, are their user's alone. A thread cannot set that, so
 * in a thread they are as the process has it.
 */
export function privately<Value>(work: () => Value): Value {
  let before: number | undefined;
  try {
    before = process.umask(0o077);
  } catch {
    // In a thread.
  }
  try {
    return work();
  } finally {
    if (before !== undefined) process.umask(before);
  }
}
