import { setTimeout as sleep } from 'node:timers/promises';

import { identityOf, isAlive, signalReaches } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { readServerRecord, removeServerRecord } from './server-record.js';

/**
 * From SIGTERM to SIGKILL, in milliseconds. The server always pauses for a second, for load balancers to turn away from
 * it; nobody is left to turn away, and what it has acknowledged is safe in its database even when it is killed.
 */
const graceMs = 200;

/** Longest wait for the system to end a killed process, in milliseconds. */
const killMs = 5_000;

/** The same for leftovers: they cannot be told from a zombie, which stays for as long as its parent does not care. */
const leftoversMs = 200;

/** Stops the home's embedded server, if it runs. Under the home lock only. */
export async function stopHomeServer(home: string): Promise<void> {
  const record = await readServerRecord(home);
  if (record !== undefined) await endServer(record);
  await removeServerRecord(home);
}

/** Ends the process that was started as a server, and with it everything that a wrapper script started in its group. */
export async function endServer(server: ProcessIdentity): Promise<void> {
  const { pid } = server;
  if (await isAlive(server)) {
    signalGroup(pid, 'SIGTERM');
    await until(async () => !(await isAlive(server)), graceMs);
    if (await isAlive(server)) signalGroup(pid, 'SIGKILL');
    await until(async () => !(await isAlive(server)), killMs);
  }
  // While its group exists the id is not given to a new process; a process with this id is therefore somebody else's.
  if ((await identityOf(pid)) !== undefined || !signalReaches(-pid)) return;
  signalGroup(pid, 'SIGKILL');
  await until(async () => !signalReaches(-pid), leftoversMs);
}

async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo()) && Date.now() < deadline) await sleep(10);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}
