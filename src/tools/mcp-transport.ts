import type { Readable } from 'node:stream';

import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { RequestInit } from 'undici';

import { connectionsBy } from '../network/connections.js';
import { headerFault, sentHeader, withoutUser } from '../secrets/index.js';
import type { Secrets } from '../secrets/index.js';
import { expand, expandAll } from './expand.js';
import { LastWords } from './last-words.js';
import type { McpServer } from './mcp-server.js';

/** A way to a server: a program that is started, or HTTP. */
export interface Way {
  transport: Transport;
  /** What a program has said on standard error. */
  lastWords?: LastWords;
}

/**
 * A way to a server.
 *
 * @param secrets learns what variables of the environment expand to
 * @throws Error where a variable is not there or a header cannot be sent; it quotes no value
 */
export async function wayTo(
  server: McpServer,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
  over: 'http' | 'sse' = ('url' in server && server.type) || 'http',
): Promise<Way> {
  if ('url' in server) {
    const url = expand(server.url, 'its address', env, secrets);
    secrets.addUrl(url);
    const requestInit = { headers: headersOf({ ...server, url }, env, secrets) };
    const address = new URL(withoutUser(url));
    const { fetch } = await import('undici');
    const dispatcher = connectionsBy(env);
    const proxied = (to: string | URL, init?: object) =>
      fetch(to, { ...(init as RequestInit), dispatcher }) as unknown as ReturnType<typeof globalThis.fetch>;
    if (over === 'sse') {
      const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
      return { transport: new SSEClientTransport(address, { requestInit, fetch: proxied }) };
    }
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    // Its optional fields may be `undefined`, which the interface does not say.
    return { transport: new StreamableHTTPClientTransport(address, { requestInit, fetch: proxied }) as Transport };
  }
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const transport = new StdioClientTransport({
    command: expand(server.command, 'its command', env, secrets),
    args: (server.args ?? []).map((argument) => expand(argument, 'an argument', env, secrets)),
    ...(server.env && { env: { ...(env['PATH'] && { PATH: env['PATH'] }), ...expandAll(server.env, env, secrets) } }),
    ...(server.cwd !== undefined && { cwd: expand(server.cwd, 'its folder', env, secrets) }),
    stderr: 'pipe',
  });
  return { transport, ...(transport.stderr && { lastWords: new LastWords(transport.stderr as Readable) }) };
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
