import * as z from 'zod';

import type { McpServer } from '../../tools/index.js';

/** Tools of the server that only read. All others wait to be allowed. */
const reads = z.array(z.string()).optional();

const texts = z.record(z.string(), z.string());

/** A server as files of servers have it: fanfold's own keys, those of other clients that mean the same, and more. */
const serverShape = z.union([
  z.looseObject({
    reads,
    type: z.literal('stdio').optional(),
    disabled: z.boolean().optional(),
    command: z.string().min(1),
    args: z.array(z.string()).optional(),
    env: texts.optional(),
    cwd: z.string().optional(),
  }),
  z.looseObject({
    reads,
    type: z.enum(['http', 'streamable-http', 'streamableHttp', 'sse']).optional(),
    disabled: z.boolean().optional(),
    url: z.string().refine(isAddress, 'expected an address with http:// or https://'),
    headers: texts.optional(),
  }),
]);

/** The names of servers: any that can be told. */
const serverName = z.string().regex(/^\P{C}{1,200}$/u);

export const mcpShape = z.looseObject({ mcpServers: z.record(serverName, serverShape) });

export type GivenServer = z.infer<typeof serverShape>;

/** An address may have a variable anywhere, its scheme included. */
function isAddress(text: string): boolean {
  return /\$\{/.test(text) || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol));
}

/** A key that stands for one of ours where other clients write the file. */
const sameKeys = { httpUrl: 'url', serverUrl: 'url', transport: 'type' } as const;

/**
 * What was written, with fanfold's words for those of other clients: `servers` and `context_servers` for `mcpServers`, and the keys
 * above in a server.
 */
export function inOurWords(written: unknown): unknown {
  if (!isObject(written)) return written;
  const { servers, context_servers: contextServers, ...rest } = written;
  const given = written['mcpServers'] ?? servers ?? contextServers;
  if (!isObject(given)) return written;
  const renamed = Object.entries(given).map(([name, server]) => [name, isObject(server) ? ownKeys(server) : server]);
  return { ...rest, mcpServers: Object.fromEntries(renamed) as unknown };
}

function ownKeys(server: Record<string, unknown>): Record<string, unknown> {
  const own = { ...server };
  for (const [theirs, ours] of Object.entries(sameKeys)) {
    if (own[ours] !== undefined || own[theirs] === undefined) continue;
    own[ours] = own[theirs];
    delete own[theirs];
  }
  return own;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const knownKeys: ReadonlySet<string> = new Set('reads type disabled command args env cwd url headers'.split(' '));

/** The keys of a server that fanfold does nothing with. */
export function unusedKeys(server: GivenServer): string[] {
  return Object.keys(server).filter((key) => !knownKeys.has(key));
}

/** A server as it is registered: what it is reached by, and nothing else. */
export function serverOf(name: string, given: GivenServer, cwd: string): McpServer {
  if ('url' in given && typeof given.url === 'string') {
    const { type, url, headers } = given;
    const kind = type === undefined ? {} : { type: type === 'sse' ? ('sse' as const) : ('http' as const) };
    return { name, ...kind, url, ...(headers !== undefined && { headers: headers as Record<string, string> }) };
  }
  const { command, args, env, cwd: own } = given as Extract<GivenServer, { command: string }>;
  return {
    name,
    cwd: own ?? cwd,
    command,
    ...(args !== undefined && { args }),
    ...(env !== undefined && { env }),
  };
}
