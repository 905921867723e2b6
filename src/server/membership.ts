import { access, rm } from 'node:fs/promises';

import { stopHomeServer } from './end-server.js';
import { withHomeLock } from './home-lock.js';
import { openHome } from './home.js';
import {
  beginPresence,
  deadPresences,
  livePresences,
  presencePath,
  prunePresences,
  writePresence,
} from './presence.js';
import type { Presence, Role } from './presence.js';
import { identityOf } from './process-identity.js';

/** Says something about how things are going. */
export type Say = (message: string) => void;

export interface JoinOptions {
  /** Absolute path; made when it does not exist. */
  home: string;
  env: NodeJS.ProcessEnv;
  role: Role;
  /** Called before something that takes long, such as a download. */
  onEvent?: Say;
}

export type PresenceChange = Partial<
  Pick<
    Presence,
    | 'address'
    | 'ready'
    | 'offlineOnly'
    | 'modelBaseUrl'
    | 'modelKeys'
    | 'needsWorker'
    | 'encryptionKeys'
    | 'cassette'
    | 'surroundings'
    | 'concurrency'
    | 'idleUntilMs'
    | 'limits'
  >
>;

/** A process's membership in a home. The home's server is kept while a live process has one. */
export interface HomeMembership {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: Say;
  /** Aborted by `leave`. */
  readonly left: AbortSignal;
  /** The live members of the home, this one included, of one role or of any. */
  live(role?: Role): Promise<Presence[]>;
  /** Members that were killed, until a leaving member clears them away. */
  dead(): Promise<Presence[]>;
  /** Whether the home has this member: one that was removed has not, nor has one that was made in its place. */
  isIn(): Promise<boolean>;
  /** Changes what others see of this member. */
  update(change: PresenceChange): Promise<void>;
  /**
   * Leaves the home. The last member to leave stops the embedded server. A second call does nothing; errors are said, not thrown.
   */
  leave(): Promise<void>;
}

/**
 * Joins the home, which is made when it does not exist.
 *
 * @throws InputError when the home cannot be used; UnavailableError when it is not this user's, or others keep its lock for two minutes
 */
export async function joinHome({ home, env, role, onEvent }: JoinOptions): Promise<HomeMembership> {
  await openHome(home, env);
  const identity = (await identityOf(process.pid)) ?? { pid: process.pid, startTime: '' };
  let presence: Presence = { ...identity, role, address: '' };
  const path = presencePath(home, process.pid);
  // The lock decides: a leaving member either sees this one or has stopped the server already.
  let written = withHomeLock(home, () => beginPresence(path, home, presence));
  await written;
  const left = new AbortController();
  const say = onEvent ?? (() => {});
  let leaving: Promise<void> | undefined;
  return {
    home,
    env,
    say,
    left: left.signal,
    live: async (role) => (await livePresences(home)).filter((member) => role === undefined || member.role === role),
    dead: () => deadPresences(home),
    isIn: () => isThere(path),
    update: async (change) => {
      if (left.signal.aborted) return;
      presence = { ...presence, ...change };
      // Updates are written one after the other: a slower one must not bring back what a later one, or leaving, has replaced.
      written = written.catch(() => {}).then(() => writePresence(path, presence));
      await written;
    },
    leave: async () => {
      left.abort();
      await written.catch(() => {});
      leaving ??= leaveHome(home, path).catch((error: Error) => say(error.message));
      await leaving;
    },
  };
}

async function leaveHome(home: string, path: string): Promise<void> {
  if (await isThere(path)) await withHomeLock(home, () => lastOneOut(home, path));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

async function lastOneOut(home: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await prunePresences(home);
  if ((await livePresences(home)).length === 0) await stopHomeServer(home);
}
