import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import {
  adviceOnOddEntries,
  homePaths,
  isServerOf,
  judgeHome,
  readOwnText,
  readServerRecord,
} from '../../server/index.js';
import type { McpServer } from '../../tools/index.js';
import type { World } from '../world.js';

/** The contents of a home, for somebody who decides whether to trust it. `fanfold home --json` prints this. */
export interface HomeContents {
  path: string;
  /** `none`: there is no such directory yet. */
  owner: 'self' | 'nobody' | 'stranger' | 'none';
  /** The reason why the home is not known to be the user's; null where it is. */
  why: string | null;
  /** What has to be done before the home can be adopted; null where nothing has. */
  before: string | null;
  /** The home's mode in octal, such as `0700`; null where there is none. */
  mode: string | null;
  database: Size | null;
  /** The server that `server.json` names, and whether it is this home's. */
  server: { named: string; isServer: boolean } | null;
  /** Modules that a run may have the home's workers execute, and servers that it may have them connect to. */
  tools: HomeTool[];
  journal: Size | null;
  texts: Size | null;
  reports: Size | null;
  /** Everything else in it. */
  others: string[];
}

interface Size {
  files: number;
  bytes: number;
}

export type HomeTool =
  | { module: string }
  | { program: string; args: string[]; cwd: string | null; env: string[] }
  | { url: string; headers: string[] }
  | { folder: string }
  | { privateHost: string }
  | { headerVariable: string; origin: string }
  | { unreadable: string };

/** Largest registration of a tool that is read, in bytes, and most of them that are. */
const mostToolBytes = 65_536;
const mostTools = 1_000;

/**
 * Looks into a home without trusting or changing it: no database is opened, no link is followed, nothing is started.
 *
 * @throws UnavailableError `NoOwnerSecret`
 */
export async function lookIntoHome(home: string, world: World): Promise<HomeContents> {
  const paths = homePaths(home);
  const found = await stat(home).catch(() => undefined);
  const judgement = found?.isDirectory() ? await judgeHome(home, world.env) : undefined;
  const entries = judgement === undefined ? [] : await readdir(home);
  const shown = ['.gitignore', 'owner.json', 'server.json', 'tools', 'journal', 'blobs', 'reports'];
  const first =
    judgement?.owner === 'stranger'
      ? ((await adviceOnOddEntries(home)) ?? (await adviceOnTooMany(paths.tools)))
      : undefined;
  const before = judgement?.cannotBeAdopted ?? first ?? null;
  return {
    path: home,
    owner: judgement?.owner ?? 'none',
    why: judgement?.why || null,
    before,
    mode: found === undefined ? null : `0${(found.mode & 0o777).toString(8)}`,
    database: await sizeOf([paths.database, `${paths.database}-wal`]),
    server: await serverOf(home),
    tools: await toolsOf(paths.tools),
    journal: await sizeOf([paths.journal]),
    texts: await sizeOf([paths.blobs]),
    reports: await sizeOf([paths.reports]),
    others: entries.filter((name) => !shown.includes(name) && !name.startsWith('temporal.db')).toSorted(),
  };
}

async function serverOf(home: string): Promise<HomeContents['server']> {
  const text = await readOwnText(homePaths(home).server, mostToolBytes).catch(() => undefined);
  if (text === undefined) return null;
  const { pid, address } = asObject(text);
  const record = await readServerRecord(home).catch(() => undefined);
  const named = `process ${JSON.stringify(pid) ?? 'none'} at ${JSON.stringify(address) ?? 'no address'}`;
  return { named, isServer: record !== undefined && (await isServerOf(home, record)) };
}

/** Advice where not all registrations are shown; undefined where they are. A home of our own never has so many. */
async function adviceOnTooMany(directory: string): Promise<string | undefined> {
  const left = (await registrationsIn(directory)).length - mostTools;
  if (left <= 0) return undefined;
  return `Remove registrations in ${JSON.stringify(directory)} first: ${left.toLocaleString('en')} more than the ${mostTools.toLocaleString('en')} that are shown.`;
}

async function registrationsIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).filter((name) => !/\.(draft|new)$/.test(name));
}

async function toolsOf(directory: string): Promise<HomeTool[]> {
  const names = await registrationsIn(directory);
  return Promise.all(
    names
      .toSorted()
      .slice(0, mostTools)
      .map((name) => toolOf(join(directory, name), name)),
  );
}

async function toolOf(path: string, name: string): Promise<HomeTool> {
  const text = await readOwnText(path, mostToolBytes).catch(() => undefined);
  const { module, mcp, folder, privateHost, headerVariable, origin } = asObject(text ?? '');
  // One file can say several things. The order is the workers' own: a server before a module, an address before a program.
  const server = (mcp ?? {}) as Partial<Extract<McpServer, { command: string }> & Extract<McpServer, { url: string }>>;
  if (typeof server.url === 'string')
    return { url: withoutSecrets(server.url), headers: Object.keys(server.headers ?? {}) };
  if (typeof server.command === 'string') {
    const args = Array.isArray(server.args) ? server.args.map(String) : [];
    const cwd = typeof server.cwd === 'string' ? server.cwd : null;
    return { program: server.command, args, cwd, env: Object.keys(server.env ?? {}) };
  }
  if (typeof module === 'string') return { module };
  if (typeof folder === 'string') return { folder };
  if (typeof privateHost === 'string') return { privateHost };
  if (typeof headerVariable === 'string') return { headerVariable, origin: String(origin) };
  return { unreadable: name };
}

/** An address may carry a token before the host or after the path. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return 'an address that cannot be read';
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}

function asObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function sizeOf(paths: readonly string[]): Promise<Size | null> {
  const size: Size = { files: 0, bytes: 0 };
  for (const path of paths) {
    const within = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
    const files = within?.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)) ?? [
      path,
    ];
    for (const file of files) {
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) continue;
      size.files += 1;
      size.bytes += found.size;
    }
  }
  return size.files === 0 ? null : size;
}
