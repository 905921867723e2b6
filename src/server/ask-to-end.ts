import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { homePaths } from './paths.js';
import type { Presence } from './presence.js';
import { isAlive } from './process-identity.js';

/** Asks a background worker of the home to end. It is no signal: a record may name a process that is somebody else's. */
export async function askToEnd(home: string, { pid }: Presence): Promise<void> {
  await writeFile(requestPath(home, pid), '', { mode: 0o600 });
}

/** Whether this process has been asked to end; the request is taken back with it. */
export async function isAskedToEnd(home: string): Promise<boolean> {
  const path = requestPath(home, process.pid);
  const asked = await stat(path).then(
    () => true,
    () => false,
  );
  if (asked) await rm(path, { force: true });
  return asked;
}

/** Whether a process has ended; a request that it did not live to see is taken back. */
export async function hasEnded(home: string, member: Presence): Promise<boolean> {
  if (await isAlive(member)) return false;
  await rm(requestPath(home, member.pid), { force: true });
  return true;
}

function requestPath(home: string, pid: number): string {
  return join(homePaths(home).presence, `${pid}.end`);
}
