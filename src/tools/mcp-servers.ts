import { FanfoldError } from '../contract/errors.js';
import { Secrets } from '../secrets/index.js';
import { partsOf } from './mcp-content.js';
import type { McpPart } from './mcp-content.js';
import { connectTo } from './mcp-connection.js';
import type { Connection } from './mcp-connection.js';
import { everythingOf } from './server-secrets.js';
import type { McpServer } from './mcp-server.js';
import { reasonOf } from './mcp-reason.js';
import { callTool, offerOf } from './mcp-tools.js';
import type { Offer } from './mcp-tools.js';

/** Milliseconds after which an unused connection is closed. */
const idleMs = 60_000;

interface Shared {
  connection: Promise<Connection>;
  users: number;
  idle?: NodeJS.Timeout;
}

/**
 * Connections to MCP servers, each shared by all calls that go to it.
 *
 * McpServers-1. A connection that has ended is opened anew by the next call.
 * McpServers-2. A call that a server refused because it has forgotten the session is made once more, in a new session. No other call is
 *     repeated here.
 */
export class McpServers {
  readonly #open = new Map<string, Shared>();

  /**
   * @param env the environment that `${NAME}` is read from; servers are started with no more of it than the SDK's default
   * @param secrets learns what servers are reached with; it is taken out of whatever they say
   */
  constructor(
    readonly env: NodeJS.ProcessEnv,
    readonly secrets: Secrets = new Secrets(env),
  ) {}

  /** @throws FanfoldError `McpFailed` where the server cannot be reached */
  async tools(server: McpServer): Promise<Offer> {
    return this.secrets.value(await this.#use(server, ({ client }) => offerOf(client)));
  }

  /**
   * Calls a tool. Progress that it reports changes nothing: how long it may take, `signal` says.
   *
   * @returns what it said, in parts
   * @throws FanfoldError `McpFailed` where the server cannot be reached or the tool says that it failed
   */
  async call(server: McpServer, name: string, input: Record<string, unknown>, signal: AbortSignal): Promise<McpPart[]> {
    const result = await this.#use(server, ({ client }) => callTool(client, name, input, signal));
    const parts = this.secrets.value(partsOf(result));
    if (result.isError !== true) return parts;
    const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    throw new FanfoldError('McpFailed', texts.join('\n') || 'The tool failed, and did not say why.');
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { idle } of open) clearTimeout(idle);
    await Promise.allSettled(open.map(async ({ connection }) => (await connection).client.close()));
  }

  /** Describes an error with the server's name, and with nothing of its address, its command or what it is given. */
  async #failure(server: McpServer, error: unknown): Promise<FanfoldError> {
    const { code, syscall, lastWords } = error as NodeJS.ErrnoException & { lastWords?: string };
    const own = everythingOf(server, this.env);
    const without = (text: string) => this.secrets.text(own.text(text));
    const reason = syscall?.startsWith('spawn')
      ? (startFailures[code ?? ''] ?? `its command cannot be started (${code})`)
      : without(reasonOf(error));
    const named = server.name === undefined ? '' : ` \`${server.name}\``;
    const said = lastWords ? `. Its last words: ${without(lastWords)}` : '';
    return new FanfoldError('McpFailed', `The MCP server${named}: ${reason}${said}`);
  }

  /** The connection to a server, opened where there is none. */
  #shared(key: string, server: McpServer): Shared {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const gone = () => {
      // Another may have taken its place.
      if (this.#open.get(key) === shared) this.#open.delete(key);
    };
    const shared: Shared = { connection: connectTo(server, this.env, this.secrets, gone), users: 0 };
    shared.connection.catch(gone);
    this.#open.set(key, shared);
    return shared;
  }

  async #use<T>(server: McpServer, work: (connection: Connection) => Promise<T>, again = true): Promise<T> {
    const key = JSON.stringify(server);
    const shared = this.#shared(key, server);
    shared.users += 1;
    clearTimeout(shared.idle);
    let connection: Connection | undefined;
    try {
      connection = await shared.connection;
      return await work(connection);
    } catch (error) {
      if (again && connection?.hasForgotten(error) === true) {
        if (this.#open.get(key) === shared) this.#open.delete(key);
        return await this.#use(server, work, false);
      }
      if (error instanceof FanfoldError) throw error;
      const lastWords = connection?.hasEnded() === true ? await connection.lastWords() : undefined;
      throw await this.#failure(server, lastWords ? Object.assign(error as Error, { lastWords }) : error);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) this.#closeLater(key, shared);
    }
  }

  /** Closes a connection that nobody uses, and at once one that has been replaced. */
  #closeLater(key: string, shared: Shared): void {
    const close = () => void shared.connection.then(({ client }) => client.close()).catch(() => {});
    if (this.#open.get(key) !== shared) return close();
    shared.idle = setTimeout(close, idleMs);
    shared.idle.unref();
  }
}

/** Errors of a command that cannot be started. */
const startFailures: Record<string, string> = {
  ENOENT: 'its command does not exist, or its folder',
  EACCES: 'its command may not be run',
};
