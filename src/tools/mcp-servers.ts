import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { jsonSchemaValidator, JsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';

import type { JsonSchema } from '../contract/json-schema.js';
import { FanfoldError } from '../contract/errors.js';
import { Secrets } from '../secrets/index.js';
import { transportTo } from './mcp-transport.js';
import { everythingOf, learnSecrets } from './server-secrets.js';
import type { McpServer } from './mcp-server.js';

export interface McpTool {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  /** Whether the server says that the tool may destroy something. Its word is a hint: that a tool only reads is not even told. */
  destroys: boolean;
}

/**
 * Checks nothing: the SDK would run patterns of a server's schemas over that server's own results, here, where nothing stops
 * them.
 */
const unchecked: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (data) => ({ valid: true, data: data as T, errorMessage: undefined });
  },
};

/** Milliseconds after which an unused connection is closed. */
const idleMs = 60_000;

/** Connections to MCP servers, each shared by all calls that go to it. */
export class McpServers {
  readonly #open = new Map<string, { client: Promise<Client>; users: number; idle?: NodeJS.Timeout }>();

  /**
   * @param env the environment that `${NAME}` is read from; servers are started with no more of it than the SDK's default
   * @param secrets learns what servers are reached with; it is taken out of whatever they say
   */
  constructor(
    readonly env: NodeJS.ProcessEnv,
    readonly secrets: Secrets = new Secrets(env),
  ) {}

  /** @throws FanfoldError `McpFailed` where the server cannot be reached */
  async tools(server: McpServer): Promise<McpTool[]> {
    return this.#use(server, async (client) => {
      const { tools } = await client.listTools();
      return tools.map(({ name, description = name, inputSchema, annotations }) => ({
        name,
        ...this.secrets.value({ description, inputSchema: inputSchema as JsonSchema }),
        destroys: annotations?.destructiveHint === true && annotations.readOnlyHint !== true,
      }));
    });
  }

  /**
   * Calls a tool.
   *
   * @returns its text, or all of its content where there is other
   * @throws FanfoldError `McpFailed` where the server cannot be reached or the tool says that it failed
   */
  async call(server: McpServer, name: string, input: Record<string, unknown>, signal: AbortSignal): Promise<unknown> {
    return this.#use(server, async (client) => {
      const { content, isError } = (await client.callTool({ name, arguments: input }, undefined, { signal })) as {
        content: { type: string; text?: string }[];
        isError?: boolean;
      };
      const texts = content.flatMap(({ type, text }) => (type === 'text' && text !== undefined ? [text] : []));
      const said = texts.length === content.length ? texts.join('\n') : undefined;
      if (isError === true) throw new FanfoldError('McpFailed', this.secrets.text(said ?? JSON.stringify(content)));
      return this.secrets.value(said ?? content);
    });
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { idle } of open) clearTimeout(idle);
    await Promise.allSettled(open.map(async ({ client }) => (await client).close()));
  }

  async #connect(server: McpServer, gone: () => void): Promise<Client> {
    try {
      learnSecrets(server, this.secrets);
      // Loaded on demand: it takes longer than many a command.
      const sdk = await import('@modelcontextprotocol/sdk/client/index.js');
      const client = new sdk.Client({ name: 'fanfold', version: '1' }, { jsonSchemaValidator: unchecked });
      client.onclose = gone;
      await client.connect(await transportTo(server, this.env, this.secrets));
      return client;
    } catch (error) {
      gone();
      throw error;
    }
  }

  /** Describes an error with the server's name, and with nothing of its address, its command or what it is given. */
  #failure(server: McpServer, error: unknown): FanfoldError {
    const { message, code, syscall } = error as NodeJS.ErrnoException;
    const reason = syscall?.startsWith('spawn')
      ? (startFailures[code ?? ''] ?? `its command cannot be started (${code})`)
      : this.secrets.text(everythingOf(server, this.env).text(message));
    const named = server.name === undefined ? '' : ` \`${server.name}\``;
    return new FanfoldError('McpFailed', `The MCP server${named}: ${reason}`);
  }

  async #use<T>(server: McpServer, work: (client: Client) => Promise<T>): Promise<T> {
    const key = JSON.stringify(server);
    const known = this.#open.get(key) ?? { client: this.#connect(server, () => this.#open.delete(key)), users: 0 };
    this.#open.set(key, known);
    known.users += 1;
    clearTimeout(known.idle);
    try {
      return await work(await known.client);
    } catch (error) {
      if (error instanceof FanfoldError) throw error;
      throw this.#failure(server, error);
    } finally {
      known.users -= 1;
      if (known.users === 0) {
        known.idle = setTimeout(() => void known.client.then((client) => client.close()).catch(() => {}), idleMs);
        known.idle.unref();
      }
    }
  }
}

/** Errors of a command that cannot be started. */
const startFailures: Record<string, string> = {
  ENOENT: 'its command does not exist, or its folder',
  EACCES: 'its command may not be run',
};
