import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import type { Secrets } from '../secrets/index.js';
import type { McpServer } from './mcp-server.js';
import { wayTo } from './mcp-transport.js';
import type { Way } from './mcp-transport.js';
import { learnSecrets } from './server-secrets.js';

export interface Connection {
  client: Client;
  /** Whether an error says that the server no longer knows the session: nothing was done, and a new session is to be opened. */
  hasForgotten(error: unknown): boolean;
  hasEnded(): boolean;
  /** What a program has said last on standard error; empty over HTTP. */
  lastWords(): Promise<string>;
}

/**
 * Connects to a server.
 *
 * @param gone called when the connection has ended
 * @throws Error, with the `lastWords` of a program
 */
export async function connectTo(
  server: McpServer,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
  gone: () => void,
): Promise<Connection> {
  learnSecrets(server, secrets);
  const way = await wayTo(server, env, secrets);
  try {
    return await connectOver(way, gone);
  } catch (error) {
    if (!('url' in server) || server.type !== undefined || !speaksOtherwise(error)) throw error;
    // The way to tell an older server: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#backwards-compatibility.
    const older = await wayTo(server, env, secrets, 'sse');
    return await connectOver(older, gone).catch(() => {
      throw error;
    });
  }
}

async function connectOver({ transport, lastWords }: Way, gone: () => void): Promise<Connection> {
  // Loaded on demand: it takes longer than many a command.
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const client = new Client({ name: 'fanfold', version: '1' });
  let ended = false;
  client.onclose = () => {
    ended = true;
    gone();
  };
  const told = async () => lastWords?.told() ?? '';
  try {
    await client.connect(transport);
  } catch (error) {
    await client.close().catch(() => {});
    throw Object.assign(error as Error, { lastWords: await told() });
  }
  return {
    client,
    hasForgotten: (error) => 'sessionId' in transport && transport.sessionId !== undefined && isForgotten(error),
    hasEnded: () => ended,
    lastWords: told,
  };
}

/**
 * "When a client receives HTTP 404 in response to a request containing an Mcp-Session-Id, it MUST start a new session", says the
 * specification of 2025-06-18; the official example servers answer 400 and speak of the session.
 */
function isForgotten(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  return code === 404 || (code === 400 && /session/i.test(message ?? ''));
}

function speaksOtherwise(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 400 || code === 404 || code === 405;
}
