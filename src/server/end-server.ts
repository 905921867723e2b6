import { setTimeout as sleep } from 'node:timers/promises';

import { groupExists, identityOf, isAlive } from './process-identity.js';
import { isServerGroupOf, isServerOf, knowsCommandLines } from './server-process.js';
import { readServerRecord, removeServerRecord } from './server-record.js';
import type { ServerRecord } from './server-record.js';

/**
 * Milliseconds from SIGTERM to SIGKILL. The server always pauses for a second, for load balancers to turn away from it. Nothing
 * uses it any more here, and its acknowledged data is safe in the database even when it is killed.
 */
const graceMs = 200;

/** Longest wait for the system to end a killed process, in milliseconds. */
const killMs = 5_000;

/**
 * Longest wait for leftovers of a group. They cannot be told from a zombie, which stays for as long as its parent does not care.
 */
const leftoversMs = 200;

/** Stops the home's embedded server, if it runs. Under the home lock only. */
export async function stopHomeServer(home: string): Promise<void> {
  const record = await readServerRecord(home);
  if (record !== undefined) await endServer(home, record);
  await removeServerRecord(home);
}

/**
 * Ends the embedded server that the record names, and with it everything that a wrapper script started in its group.
 *
 * A record is a file: what it names is signalled only where the process itself is seen to be the home's server, or what is left of
 * its group. On Windows, where that cannot be seen, nothing is.
 */
export async function endServer(home: string, record: ServerRecord): Promise<void> {
  if (!knowsCommandLines) return;
  const { pid } = record;
  const isServer = await isServerOf(home, record);
  if (isServer) {
    signalGroup(pid, 'SIGTERM');
    await until(async () => !(await isAlive(record)), graceMs);
    if (await isAlive(record)) signalGroup(pid, 'SIGKILL');
    await until(async () => !(await isAlive(record)), killMs);
  }
  // The id is not given to a new process while its group exists. A process with this id is therefore somebody else's.
  if ((await identityOf(pid)) !== undefined || !groupExists(pid)) return;
  if (!isServer && !(await isServerGroupOf(home, record))) return;
  signalGroup(pid, 'SIGKILL');
  await until(async () => !groupExists(pid), leftoversMs);
}

async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo()) && Date.now() < deadline) await sleep(10);
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The process is gone, as it should be.
  }
}
