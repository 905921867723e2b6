import { rm } from 'node:fs/promises';

import { readJson, writeJson } from './json-file.js';
import { homePaths } from './paths.js';
import type { Ports } from './ports.js';
import type { ProcessIdentity } from './process-identity.js';

/** The embedded server of a home, as anybody needs to know it to use, watch and stop it. */
export interface ServerRecord extends ProcessIdentity, Ports {
  /** `host:port` of its gRPC service. */
  address: string;
  /** Its Web UI, an http URL. */
  uiAddress: string;
  /** Of the Temporal CLI that it runs in. */
  version: string;
  /** ISO 8601. */
  startedAt: string;
}

export async function readServerRecord(home: string): Promise<ServerRecord | undefined> {
  const record = (await readJson(homePaths(home).server)) as Partial<ServerRecord> | undefined;
  const known =
    typeof record?.pid === 'number' && typeof record.startTime === 'string' && typeof record.address === 'string';
  return known ? (record as ServerRecord) : undefined;
}

export async function writeServerRecord(home: string, record: ServerRecord): Promise<void> {
  await writeJson(homePaths(home).server, record);
}

export async function removeServerRecord(home: string): Promise<void> {
  await rm(homePaths(home).server, { force: true });
}
