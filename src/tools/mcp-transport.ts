import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { RequestInit } from 'undici';

import { connectionsBy } from '../network/index.js';
import { headerFault, sentHeader, withoutUser } from '../secrets/index.js';
import type { Secrets } from '../secrets/index.js';
import type { McpServer } from './mcp-server.js';

/**
 * A way to a server: a program that is started, or HTTP.
 *
 * @param secrets learns what variables of the environment expand to
 * @throws Error where a variable is not there or a header cannot be sent; it quotes no value
 */
export async function transportTo(server: McpServer, env: NodeJS.ProcessEnv, secrets: Secrets): Promise<Transport> {
  if ('url' in server) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    const { fetch } = await import('undici');
    const url = new URL(withoutUser(server.url));
    const dispatcher = connectionsBy(env);
    const headers = headersOf(server, env, secrets);
    // Its optional fields may be `undefined`, which the interface does not say.
    return new StreamableHTTPClientTransport(url, {
      requestInit: { headers },
      fetch: (address, init) =>
        fetch(address, { ...(init as unknown as RequestInit), dispatcher }) as unknown as ReturnType<
          typeof globalThis.fetch
        >,
    }) as Transport;
  }
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  return new StdioClientTransport({
    command: server.command,
    args: server.args ?? [],
    ...(server.env && { env: { ...(env['PATH'] && { PATH: env['PATH'] }), ...expandAll(server.env, env, secrets) } }),
    ...(server.cwd !== undefined && { cwd: server.cwd }),
    stderr: 'ignore',
  });
}

/**
 * The server's own headers, and `Authorization: Basic` where its address has a user: `fetch` refuses such an address, and quotes
 * it.
 */
function headersOf(
  { url, headers = {} }: Extract<McpServer, { url: string }>,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
): Record<string, string> {
  const { username, password } = new URL(url);
  const own = expandAll(headers, env, secrets);
  const isSet = Object.keys(own).some((name) => name.toLowerCase() === 'authorization');
  if (username + password !== '' && !isSet) {
    const pair = [username, password].map(decodeURIComponent).join(':');
    own['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    secrets.add(own['authorization']);
  }
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => {
      const sent = sentHeader(value);
      const fault = headerFault(name, sent);
      if (fault !== undefined) throw new Error(`it has ${fault}`);
      return [name, sent];
    }),
  );
}

function expandAll(values: Record<string, string>, env: NodeJS.ProcessEnv, secrets: Secrets): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
        const found = env[variable];
        if (found === undefined) throw new Error(`${name} needs ${variable} in the environment`);
        secrets.addVariable(variable, found);
        return found;
      }),
    ]),
  );
}
