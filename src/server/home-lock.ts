import { lock } from 'proper-lockfile';

import { UnavailableError } from '../contract/errors.js';
import { homePaths } from './paths.js';

/** Milliseconds that others wait after a crash inside the locked section. */
const staleMs = 5_000;
/** The longest wait for others, in milliseconds; starting a server takes a second or two. */
const longestWaitMs = 120_000;

export interface HomeLock {
  /** @throws UnavailableError when this process stood still for so long that somebody else took the lock over */
  assertHeld(): void;
}

/**
 * Runs `action` under the home lock: one process at a time.
 *
 * @throws UnavailableError when the lock cannot be had for two minutes
 */
export function withHomeLock<T>(home: string, action: (held: HomeLock) => Promise<T>): Promise<T> {
  return withLock(home, { file: home, lockfilePath: homePaths(home).lock }, action);
}

/**
 * Runs `action` under the lock of those who see to a worker of the home: one looks and starts, and the next sees what it has started.
 * It is not the home lock, which a worker that starts or ends needs.
 *
 * @throws UnavailableError when the lock cannot be had for two minutes
 */
export function withWorkerLock<T>(home: string, action: () => Promise<T>): Promise<T> {
  const { presence, workerLock } = homePaths(home);
  return withLock(home, { file: presence, lockfilePath: workerLock }, action);
}

/** @param place its `file` is what the package knows the lock by: in one process no two locks may have the same */
async function withLock<T>(
  home: string,
  { file, lockfilePath }: { file: string; lockfilePath: string },
  action: (held: HomeLock) => Promise<T>,
): Promise<T> {
  let lost = false;
  const release = await lock(file, {
    lockfilePath,
    stale: staleMs,
    update: 1_000,
    retries: { forever: true, minTimeout: 20, maxTimeout: 250, randomize: true, maxRetryTime: longestWaitMs },
    // The default handler would throw from a timer, which ends the process.
    onCompromised: () => {
      lost = true;
    },
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOCKED' ? homeLocked(home, error) : error;
  });
  try {
    return await action({
      assertHeld: () => {
        if (lost) throw homeLocked(home);
      },
    });
  } finally {
    // A lock that was lost, or went with its directory, needs no release.
    await release().catch(() => {});
  }
}

function homeLocked(home: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    'HomeLocked',
    `Another fanfold process has been busy with the server or a worker of ${home} for too long.`,
    'Try again; if it stays so, end the other fanfold processes of this home.',
    cause,
  );
}
