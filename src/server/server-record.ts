import { rm } from 'node:fs/promises';

import { readJson, writeJson } from './json-file.js';
import { homePaths } from './paths.js';
import { isPort } from './ports.js';
import type { Ports } from './ports.js';
import { isProcessId } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

/** The record of a home's embedded server: all that it takes to use, watch and stop it. */
export interface ServerRecord extends ProcessIdentity, Ports {
  /** `host:port` of its gRPC service. */
  address: string;
  /** Its Web UI, an http URL. */
  uiAddress: string;
  /** Version of its Temporal CLI. */
  version: string;
  /** ISO 8601. */
  startedAt: string;
  /** What its namespace has been prepared with, in the words of the build that did. */
  prepared?: string;
}

/** The addresses of an embedded server, which listens on this machine alone. */
export function addressesOf({ port, uiPort }: Ports) {
  return { address: `127.0.0.1:${port}`, uiAddress: `http://127.0.0.1:${uiPort}` };
}

/** The record of the home's server; undefined where there is none, or none that an embedded server could have. */
export async function readServerRecord(home: string): Promise<ServerRecord | undefined> {
  return asServerRecord(await readJson(homePaths(home).server));
}

export function asServerRecord(value: unknown): ServerRecord | undefined {
  const found = (value ?? {}) as Partial<Record<keyof ServerRecord, unknown>>;
  const { pid, startTime, port, uiPort, address, uiAddress, version, startedAt, prepared } = found;
  if (!isProcessId(pid) || typeof startTime !== 'string' || !isPort(port) || !isPort(uiPort)) return undefined;
  const own = addressesOf({ port, uiPort });
  if (address !== own.address || uiAddress !== own.uiAddress) return undefined;
  if (typeof version !== 'string' || typeof startedAt !== 'string') return undefined;
  const known = { pid, startTime, port, uiPort, ...own, version, startedAt };
  return typeof prepared === 'string' ? { ...known, prepared } : known;
}

export async function writeServerRecord(home: string, record: ServerRecord): Promise<void> {
  await writeJson(homePaths(home).server, record);
}

export async function removeServerRecord(home: string): Promise<void> {
  await rm(homePaths(home).server, { force: true });
}
