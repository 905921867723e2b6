import type { Connection } from '@temporalio/client';

import { searchAttributes } from '../contract/names.js';
import { withHomeLock } from './home-lock.js';
import { ensureRetention, keptForDays } from './retention.js';
import { ensureSearchAttributes } from './search-attributes.js';
import { readServerRecord, writeServerRecord } from './server-record.js';
import type { TemporalServer } from './temporal-server.js';

type Services = Pick<Connection, 'workflowService' | 'operatorService'>;

/** All that a namespace is prepared with: what another build prepared otherwise is prepared anew. */
const wishes = JSON.stringify([Object.values(searchAttributes), keptForDays]);

/** Whether the embedded server of a record has been prepared as this build wants it. */
export function isPrepared(prepared: string | undefined): boolean {
  return prepared === wishes;
}

/**
 * Sees to fanfold's search attributes, and on the embedded server to how long runs are kept. That is done once for each start of an
 * embedded server, which nobody else changes.
 *
 * @param home whose server it is, where it is an embedded one
 * @returns whether the search attributes can be used
 */
export async function prepareNamespace(home: string, server: TemporalServer, connection: Services): Promise<boolean> {
  if (server.prepared === true) return true;
  const searchable = await ensureSearchAttributes(connection, server.namespace);
  if (server.kind !== 'embedded') return searchable;
  const isKept = await ensureRetention(connection, server.namespace);
  // What cannot be noted is done again by the next command.
  if (searchable && isKept) await note(home, server.address).catch(() => {});
  return searchable;
}

async function note(home: string, address: string): Promise<void> {
  await withHomeLock(home, async (held) => {
    const record = await readServerRecord(home);
    if (record?.address !== address) return;
    held.assertHeld();
    await writeServerRecord(home, { ...record, prepared: wishes });
  });
}
