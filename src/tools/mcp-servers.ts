import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

import type { JsonSchema } from '../contract/json-schema.js';
import { FanfoldError } from '../contract/errors.js';

/** An MCP server: one that is started, or one that is there already. `${NAME}` is read from the environment of whoever connects. */
export type McpServer =
  | { command: string; args?: string[]; env?: Record<string, string>; cwd?: string }
  | { url: string; headers?: Record<string, string> };

export interface McpTool {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  /** The server says that it may destroy something. What it says of itself is a hint: that it only reads is not even told. */
  destroys: boolean;
}

/** A connection that nobody has used for so long is closed, in milliseconds. */
const idleMs = 60_000;

/** Connections to MCP servers, each shared by all calls that go to it. */
export class McpServers {
  readonly #open = new Map<string, { client: Promise<Client>; users: number; idle?: NodeJS.Timeout }>();

  /** @param env the environment that `${NAME}` is read from; servers are started with no more of it than the SDK's default */
  constructor(readonly env: NodeJS.ProcessEnv) {}

  /** @throws FanfoldError `McpFailed` where the server cannot be reached */
  async tools(server: McpServer): Promise<McpTool[]> {
    return this.#use(server, async (client) => {
      const { tools } = await client.listTools();
      return tools.map(({ name, description = name, inputSchema, annotations }) => ({
        name,
        description,
        inputSchema: inputSchema as JsonSchema,
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
      if (isError === true) throw new FanfoldError('McpFailed', said ?? JSON.stringify(content));
      return said ?? content;
    });
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { idle } of open) clearTimeout(idle);
    await Promise.allSettled(open.map(async ({ client }) => (await client).close()));
  }

  async #use<T>(server: McpServer, work: (client: Client) => Promise<T>): Promise<T> {
    const key = JSON.stringify(server);
    const known = this.#open.get(key) ?? { client: connect(server, this.env, () => this.#open.delete(key)), users: 0 };
    this.#open.set(key, known);
    known.users += 1;
    clearTimeout(known.idle);
    try {
      return await work(await known.client);
    } catch (error) {
      if (error instanceof FanfoldError) throw error;
      throw new FanfoldError('McpFailed', `The MCP server ${nameOf(server)}: ${(error as Error).message}`);
    } finally {
      known.users -= 1;
      if (known.users === 0) {
        known.idle = setTimeout(() => void known.client.then((client) => client.close()).catch(() => {}), idleMs);
        known.idle.unref();
      }
    }
  }
}

function nameOf(server: McpServer): string {
  return 'url' in server ? server.url : server.command;
}

async function connect(server: McpServer, env: NodeJS.ProcessEnv, gone: () => void): Promise<Client> {
  try {
    // Loaded on demand: it takes longer than many a command.
    const sdk = await import('@modelcontextprotocol/sdk/client/index.js');
    const client = new sdk.Client({ name: 'fanfold', version: '1' });
    client.onclose = gone;
    await client.connect(await transportTo(server, env));
    return client;
  } catch (error) {
    gone();
    throw error;
  }
}

async function transportTo(server: McpServer, env: NodeJS.ProcessEnv): Promise<Transport> {
  if ('url' in server) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    const headers = expandAll(server.headers, env);
    // Its optional fields may be `undefined`, which the interface does not say.
    return new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }) as Transport;
  }
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  return new StdioClientTransport({
    command: server.command,
    args: server.args ?? [],
    ...(server.env && { env: { ...(env['PATH'] && { PATH: env['PATH'] }), ...expandAll(server.env, env) } }),
    ...(server.cwd !== undefined && { cwd: server.cwd }),
    stderr: 'ignore',
  });
}

function expandAll(values: Record<string, string> = {}, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
        const found = env[variable];
        if (found === undefined) throw new Error(`${name} needs ${variable} in the environment`);
        return found;
      }),
    ]),
  );
}
