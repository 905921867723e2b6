import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { platform } from 'node:os';
import { join, relative } from 'node:path';

import { longestSocketPath } from '../contract/gateway.js';
import { readJson, writeJson } from './json-file.js';
import { homePaths } from './paths.js';
import { isProcessId } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

/** Where a home's gateway of certain settings listens, and where it says who it is. */
export interface GatewayPlace {
  /** A digest of what the gateway asks with. */
  settings: string;
  /** Path of its socket: absolute, or relative to the working directory where that is shorter. */
  socket: string;
  record: string;
}

/** The process of a home's gateway. */
export interface GatewayRecord extends ProcessIdentity {
  /** Of fanfold. */
  version: string;
  /** ISO 8601. */
  startedAt: string;
}

/**
 * @param cwd the working directory of this process
 * @returns `undefined` where a socket cannot be: on Windows, and where its path is too long
 */
export function gatewayPlace(home: string, settings: string, cwd: string): GatewayPlace | undefined {
  if (platform() === 'win32') return undefined;
  const absolute = join(homePaths(home).gateway, `${settings}.sock`);
  const near = relative(cwd, absolute);
  const socket = near.length < absolute.length ? near : absolute;
  // A draft of the socket has a longer name.
  if (Buffer.byteLength(draftOf(socket, 2 ** 22)) > longestSocketPath) return undefined;
  return { settings, socket, record: join(homePaths(home).gateway, `${settings}.json`) };
}

/** The gateways of a home that were not ended in good order, those that run among them. */
export async function gatewaysIn(home: string, cwd: string): Promise<(GatewayPlace & { process: GatewayRecord })[]> {
  const names = await readdir(homePaths(home).gateway).catch(() => []);
  const found = await Promise.all(
    names
      .flatMap((name) => /^([0-9a-f]+)\.json$/.exec(name)?.[1] ?? [])
      .toSorted()
      .map(async (settings) => {
        const place = gatewayPlace(home, settings, cwd);
        const process = place && (await readGatewayRecord(place));
        return place && process && { ...place, process };
      }),
  );
  return found.filter((each) => each !== undefined);
}

async function readGatewayRecord({ record }: Pick<GatewayPlace, 'record'>): Promise<GatewayRecord | undefined> {
  const found = ((await readJson(record).catch(() => undefined)) ?? {}) as Partial<
    Record<keyof GatewayRecord, unknown>
  >;
  const { pid, startTime, version, startedAt } = found;
  if (!isProcessId(pid) || typeof startTime !== 'string') return undefined;
  if (typeof version !== 'string' || typeof startedAt !== 'string') return undefined;
  return { pid, startTime, version, startedAt };
}

/**
 * Has this process take a place: what listens at a draft of the socket is there under its name from then on.
 *
 * @param listen starts to listen at a path
 * @returns the inode of the socket: see `isPlaceOf`
 */
export async function takePlace(
  home: string,
  { socket, record }: GatewayPlace,
  process: GatewayRecord,
  listen: (path: string) => Promise<void>,
): Promise<bigint> {
  await mkdir(homePaths(home).gateway, { recursive: true, mode: 0o700 });
  const draft = draftOf(socket, process.pid);
  await rm(draft, { force: true });
  await listen(draft);
  const { ino } = await stat(draft, { bigint: true });
  await writeJson(record, process);
  // One that listens there and was started at the same moment sees that it is alone, and ends.
  await rename(draft, socket);
  return ino;
}

/** Whether the socket is still the one that was made: the home may have been removed, or another gateway been quicker. */
export async function isPlaceOf({ socket }: GatewayPlace, inode: bigint): Promise<boolean> {
  return stat(socket, { bigint: true }).then(
    ({ ino }) => ino === inode,
    () => false,
  );
}

/** Whether a gateway listens at a socket. */
export function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}

/** Gives a place up: its successor may take it while calls come to their end. */
export async function givePlace(place: GatewayPlace, inode: bigint): Promise<void> {
  if (await isPlaceOf(place, inode)) await clearPlace(place);
}

/** Removes what is left of a gateway that has ended. */
export async function clearPlace({ socket, record }: GatewayPlace): Promise<void> {
  await rm(socket, { force: true });
  await rm(record, { force: true });
}

function draftOf(socket: string, pid: number): string {
  return socket.replace(/sock$/, String(pid));
}
