import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { McpServer } from './mcp-servers.js';

/** Where tools come from: a module by its absolute path, or an MCP server. */
export type Registered = { module: string } | { mcp: McpServer };

/**
 * The modules and MCP servers that workers of a home may run. A run's input names them by their digest only: whoever can start
 * runs, but not write to the home, can have nothing executed, and what a server is started with stays out of history.
 */
export class ToolRegistry {
  readonly #directory: string;
  readonly #prepare: () => Promise<unknown>;

  /** @param prepare sees, before anything is put, that the home may be used */
  constructor(home: string, prepare: () => Promise<unknown> = async () => {}) {
    this.#directory = join(home, 'tools');
    this.#prepare = prepare;
  }

  /** Makes it known; returns its SHA-256. */
  async put(registered: Registered): Promise<string> {
    const text = JSON.stringify(registered);
    const sha256 = digestOf(text);
    await this.#prepare();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const draft = join(this.#directory, `${sha256}.${randomUUID()}.draft`);
    // Servers are started with secrets.
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, join(this.#directory, `${sha256}.json`));
    return sha256;
  }

  /** `undefined` where the home does not know it, or has something else under its name. */
  async read(sha256: string): Promise<Registered | undefined> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    const text = await readFile(join(this.#directory, `${sha256}.json`), 'utf8').catch(() => undefined);
    if (text === undefined || digestOf(text) !== sha256) return undefined;
    return JSON.parse(text) as Registered;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
