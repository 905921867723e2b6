import type { Connection } from '@temporalio/client';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { askServer, isListening } from './probe.js';
import { areUsable } from './search-attributes.js';
import type { ServerRecord } from './server-record.js';

/** The embedded server has this namespace only. */
export const embeddedNamespace = 'default';

/** Longest wait for a server that starts, in milliseconds; half a second is usual. */
const startWithinMs = 30_000;

/**
 * Waits until the embedded server answers, has its namespace and knows the search attributes.
 *
 * @throws Error when `child` ends before, or half a minute has passed
 */
export async function awaitReady({ address, port }: ServerRecord, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startWithinMs;
  // Another program may have the port, and leave every question unanswered.
  const ended = once(child, 'exit').then(
    () => false,
    () => false,
  );
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    }
    const answers = async () => (await isListening(port)) && askServer({ address }, 5_000, isUsable).catch(() => false);
    if (await Promise.race([answers(), ended])) return;
    await sleep(40);
  }
  throw new Error(`It did not answer at ${address} within ${startWithinMs / 1_000} s.`);
}

async function isUsable(connection: Connection): Promise<boolean> {
  await connection.workflowService.describeNamespace({ namespace: embeddedNamespace });
  return areUsable(connection, embeddedNamespace, 0);
}
