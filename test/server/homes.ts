import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';

import { findOrStartEmbedded } from '../../src/server/embedded-server.js';
import { endServer } from '../../src/server/end-server.js';
import { joinHome } from '../../src/server/index.js';
import type { HomeMembership, Role, Say, TemporalServer } from '../../src/server/index.js';
import { homePaths } from '../../src/server/paths.js';
import { readServerRecord } from '../../src/server/server-record.js';
import type { ServerRecord } from '../../src/server/server-record.js';

/** The environment without settings of whoever runs the tests. */
export const env: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|FANFOLD)_/.test(name)),
);

const directories: string[] = [];
const homes: string[] = [];
const memberships: HomeMembership[] = [];

afterEach(async () => {
  for (const membership of memberships.splice(0)) await membership.leave();
  for (const home of homes.splice(0)) {
    const record = await readServerRecord(home);
    if (record !== undefined) await endServer(home, record);
  }
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** A directory that is removed after the test. */
export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fanfold-test-'));
  directories.push(directory);
  return directory;
}

/** A path for a home; whatever server is left in it is ended after the test. */
export async function makeHome(): Promise<string> {
  const home = join(await makeDirectory(), 'home');
  homes.push(home);
  return home;
}

export async function joinAs(home: string, role: Role = 'command', onEvent?: Say): Promise<HomeMembership> {
  const membership = await joinHome({ home, env, role, ...(onEvent && { onEvent }) });
  memberships.push(membership);
  return membership;
}

/** Joins the home and finds or starts its embedded server. */
export async function enter(home: string, from = env): Promise<{ membership: HomeMembership; server: TemporalServer }> {
  const membership = await joinAs(home);
  return { membership, server: await findOrStartEmbedded(membership, from) };
}

export async function recordOf(home: string): Promise<ServerRecord> {
  const record = await readServerRecord(home);
  if (record === undefined) throw new Error(`${home} has no server`);
  return record;
}

export function logOf(home: string): Promise<string> {
  return readFile(homePaths(home).log, 'utf8');
}

/** Waits for something that happens by itself; the test's own time limit ends the wait. */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
}
