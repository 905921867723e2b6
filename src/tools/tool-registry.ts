import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';

import { InputError } from '../contract/errors.js';
import { replaceFile } from '../disk/index.js';
import type { Grant } from './grants.js';
import type { McpServer } from './mcp-server.js';

/** A source of tools: a module by its absolute path, or an MCP server. */
export type Runnable = { module: string } | { mcp: McpServer };

/** Most registrations of a home. Beyond them, the one that was made or renewed longest ago goes. */
const mostRegistered = 1_000;

/** The digest by which a run's input names a module or MCP server: equal entries have the same. */
export function digestOf(registered: Runnable | Grant): string {
  return createHash('sha256').update(textOf(registered)).digest('hex');
}

/**
 * The registry of a home: modules, MCP servers, folders, private hosts and variables in headers that its workers may use. A run's
 * input names modules and servers by their digest only. Somebody who can start runs, but not write to the home, can have nothing
 * executed, read or sent that a command of the home has not named before; and what a server is started with stays out of history.
 */
export class ToolRegistry {
  readonly #directory: string;
  readonly #prepare: () => Promise<unknown>;

  /** @param prepare sees, before anything is put, that the home may be used */
  constructor(
    home: string,
    prepare: () => Promise<unknown> = async () => {},
    readonly most = mostRegistered,
  ) {
    this.#directory = join(home, 'tools');
    this.#prepare = prepare;
  }

  /**
   * Registers a grant; returns its SHA-256.
   *
   * @throws InputError where others can write what is registered, and that cannot be changed
   */
  async put(registered: Runnable | Grant): Promise<string> {
    const sha256 = digestOf(registered);
    await this.#prepare();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    // A folder that was made otherwise may be open to others. A link's target is not ours to change.
    if ((await lstat(this.#directory)).isDirectory()) await chmod(this.#directory, 0o700).catch(() => {});
    if ((await this.#closedDirectory()) === undefined) {
      throw new InputError(
        `Expected ${this.#directory} to be a folder that its user alone can write, got one that others can, or a link.`,
        'Set FANFOLD_HOME to a directory on a file system that has permissions.',
      );
    }
    // The entry is private: servers are started with secrets.
    await replaceFile(this.#path(sha256), textOf(registered), { mode: 0o600 });
    await this.#forgetOldest();
    return sha256;
  }

  /** Whether workers of the home may use it. */
  async has(grant: Grant): Promise<boolean> {
    return (await this.#read(digestOf(grant))) !== undefined;
  }

  /** The module or server of that digest; `undefined` where the home does not know it. */
  async read(sha256: string): Promise<Runnable | undefined> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    const text = await this.#read(sha256);
    const registered = text === undefined ? {} : (JSON.parse(text) as object);
    return 'module' in registered || 'mcp' in registered ? (registered as Runnable) : undefined;
  }

  /**
   * The text of a registration. It counts only if the home's user alone can have written it, and if it has the digest of its
   * name.
   */
  async #read(sha256: string): Promise<string | undefined> {
    const directory = await this.#closedDirectory();
    if (directory === undefined) return undefined;
    const file = await open(this.#path(sha256)).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const found = await file.stat();
      if (!found.isFile() || !isClosed(found) || found.uid !== directory.uid) return undefined;
      const text = await file.readFile('utf8');
      return createHash('sha256').update(text).digest('hex') === sha256 ? text : undefined;
    } finally {
      await file.close();
    }
  }

  async #closedDirectory(): Promise<Stats | undefined> {
    const directory = await lstat(this.#directory).catch(() => undefined);
    return directory?.isDirectory() === true && isClosed(directory) ? directory : undefined;
  }

  async #forgetOldest(): Promise<void> {
    const names = await readdir(this.#directory);
    if (names.length <= this.most) return;
    const ages = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#directory, name);
        return {
          path,
          mtimeMs: await stat(path).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
    );
    const oldest = ages.toSorted((one, other) => one.mtimeMs - other.mtimeMs).slice(0, names.length - this.most);
    await Promise.all(oldest.map(({ path }) => rm(path, { force: true })));
  }

  #path(sha256: string): string {
    return join(this.#directory, `${sha256}.json`);
  }
}

/** Whether only its owner can write it; on Windows the home's own folder decides. */
function isClosed({ mode }: Stats): boolean {
  return platform() === 'win32' || (mode & 0o022) === 0;
}

/** JSON with its keys in one order: the order in a file does not count. */
function textOf(registered: object): string {
  return JSON.stringify(registered, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
