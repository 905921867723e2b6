import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { QueueLimits } from '../contract/limiter.js';
import { readJson, writeJson } from './json-file.js';
import { homePaths } from './paths.js';
import { isAlive, isProcessId, signalReaches } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

export type Role = 'command' | 'worker' | 'dev';

/** A fanfold process that uses a home. It counts for as long as the process lives. */
export interface Presence extends ProcessIdentity {
  role: Role;
  /** Address of the Temporal server that it uses; empty until it has found one. */
  address: string;
  /** A worker: takes work. Absent while it starts, `false` while it ends. */
  ready?: boolean;
  /** A worker: has no key, so that it can serve offline runs only. */
  offlineOnly?: boolean;
  /** A worker: the model API it asks, without user and password. */
  modelBaseUrl?: string;
  /** A worker: the keys it asks with, each as its variable and a digest, see `modelKeysOf`. */
  modelKeys?: readonly string[];
  /** A command: counts on the workers of the home for questions to a model. */
  needsWorker?: boolean;
  /** A worker: ids of its encryption keys, the one that encrypts first; none where it does not encrypt. */
  encryptionKeys?: readonly string[];
  /** A worker: the folder of recorded calls that it plays back, and whether it adds to them. */
  cassette?: string;
  /** A worker in the background, which ends by itself: what it has from the command that started it, see `surroundingsOf`. */
  surroundings?: string;
  /** A worker in the background: most model calls of it at once. */
  concurrency?: number;
  /** A worker in the background that nothing needs: when it ends, in milliseconds since the epoch. */
  idleUntilMs?: number | undefined;
  /** A worker: how its limiters stood a moment ago. */
  limits?: QueueLimits[];
}

let memberships = 0;

/** A file for one membership; a process may have several. */
export function presencePath(home: string, pid: number): string {
  memberships += 1;
  return join(homePaths(home).presence, `${pid}-${memberships}.json`);
}

/** The file for the first membership of a process, which it has not begun yet. */
export function firstPresencePath(home: string, pid: number): string {
  return join(homePaths(home).presence, `${pid}-1.json`);
}

/** Writes down that a process is there, for the first time. */
export async function beginPresence(path: string, home: string, presence: Presence): Promise<void> {
  await mkdir(homePaths(home).presence, { recursive: true, mode: 0o700 });
  await writeJson(path, presence);
}

/** Writes down how it is now. Of a home that was removed nothing is made again: it would be a stranger's to the next command. */
export async function writePresence(path: string, presence: Presence): Promise<void> {
  await writeJson(path, presence).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Present processes that live, in order of their file names. */
export async function livePresences(home: string): Promise<Presence[]> {
  return (await readPresences(home)).flatMap(({ presence, alive }) => (alive && presence ? [presence] : []));
}

/** Processes that have ended without leaving, in order of their file names. */
export async function deadPresences(home: string): Promise<Presence[]> {
  return (await readPresences(home)).flatMap(({ presence, alive }) => (!alive && presence ? [presence] : []));
}

/** Removes what killed processes left behind. Under the home lock only: a new process could have the same file name. */
export async function prunePresences(home: string): Promise<void> {
  const dead = (await readPresences(home)).filter(({ alive }) => !alive);
  await Promise.all(dead.map(({ path }) => rm(path, { force: true })));
}

async function readPresences(
  home: string,
): Promise<{ path: string; presence: Presence | undefined; alive: boolean }[]> {
  const directory = homePaths(home).presence;
  const names = await readdir(directory).catch(() => []);
  return Promise.all(
    names
      .sort((left, right) => (left < right ? -1 : 1))
      .map(async (name) => {
        const path = join(directory, name);
        const presence = name.endsWith('.json') ? asPresence(await readJson(path)) : undefined;
        return { path, presence, alive: presence === undefined ? isOfLiveProcess(name) : await isAlive(presence) };
      }),
  );
}

/** Whether a live process is about to rename a file, or is asked by it to end; such names begin with the process id. */
function isOfLiveProcess(name: string): boolean {
  return /\.(new|end)$/.test(name) && signalReaches(Number.parseInt(name));
}

const roles: ReadonlySet<unknown> = new Set<Role>(['command', 'worker', 'dev']);

/**
 * Reads what a file says of a process, as far as it can be trusted: other processes learn from it which workers there are, and
 * which server they use.
 */
function asPresence(value: unknown): Presence | undefined {
  const found = (value ?? {}) as Partial<Record<keyof Presence, unknown>>;
  const { pid, startTime, role, address, ready, offlineOnly, modelBaseUrl, encryptionKeys, limits } = found;
  const { surroundings, concurrency, idleUntilMs, cassette, modelKeys, needsWorker } = found;
  const known =
    isProcessId(pid) &&
    typeof startTime === 'string' &&
    roles.has(role) &&
    typeof address === 'string' &&
    isEither(ready, 'boolean') &&
    isEither(offlineOnly, 'boolean') &&
    isEither(needsWorker, 'boolean') &&
    isEither(modelBaseUrl, 'string') &&
    isEither(surroundings, 'string') &&
    isEither(cassette, 'string') &&
    isEither(concurrency, 'number') &&
    isEither(idleUntilMs, 'number') &&
    (modelKeys === undefined || isListOf(modelKeys, (key) => typeof key === 'string')) &&
    (encryptionKeys === undefined || isListOf(encryptionKeys, (key) => typeof key === 'string')) &&
    (limits === undefined || isListOf(limits, isQueueLimits));
  return known ? (found as Presence) : undefined;
}

function isEither(value: unknown, type: 'boolean' | 'number' | 'string'): boolean {
  return value === undefined || typeof value === type;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isQueueLimits(value: unknown): boolean {
  const { taskQueue, limiters } = (value ?? {}) as Partial<Record<keyof QueueLimits, unknown>>;
  return (
    typeof taskQueue === 'string' && isListOf(limiters, (limiter) => typeof limiter === 'object' && limiter !== null)
  );
}
