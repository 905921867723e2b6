import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import * as z from 'zod';

import type { JsonSchema } from '../contract/json-schema.js';
import type { McpResult } from './mcp-content.js';

export interface McpTool {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  /** Whether the server says that the tool may destroy something. Its word is a hint: that a tool only reads is not even told. */
  destroys: boolean;
}

/** What a server offers. */
export interface Offer {
  tools: McpTool[];
  /** Of what it lists and cannot be used, why: each the end of a sentence that begins with the server. */
  leftOut: string[];
}

/** Most pages that are asked for. A server that has more does not end. */
const mostPages = 200;

/** The SDK's own schema refuses the whole list where one tool is wrong. */
const page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() });

const listed = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  inputSchema: z.looseObject({}).nullish(),
  annotations: z
    .looseObject({ destructiveHint: z.boolean().optional(), readOnlyHint: z.boolean().optional() })
    .nullish()
    .catch(undefined),
  execution: z.looseObject({ taskSupport: z.string().optional() }).nullish().catch(undefined),
});

/**
 * All tools that a server lists, page by page.
 *
 * @throws Error where it cannot be asked
 */
export async function offerOf(client: Client): Promise<Offer> {
  if (client.getServerCapabilities()?.tools === undefined) return { tools: [], leftOut: ['offers no tools'] };
  const offer: Offer = { tools: [], leftOut: [] };
  const seen = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const params = cursor === undefined ? {} : { params: { cursor } };
    const { tools, nextCursor } = await client.request({ method: 'tools/list', ...params }, page);
    for (const tool of tools) take(tool, offer);
    // A cursor is opaque, and an empty one is a cursor.
    if (nextCursor === undefined || nextCursor === null) return offer;
    if (seen.has(nextCursor) || seen.size >= mostPages) {
      offer.leftOut.push(
        seen.has(nextCursor)
          ? 'gave the same cursor twice for its list of tools, which was read up to there'
          : `lists tools on more than ${mostPages} pages; the rest is left out`,
      );
      return offer;
    }
    seen.add(nextCursor);
    cursor = nextCursor;
  }
}

function take(given: unknown, { tools, leftOut }: Offer): void {
  const read = listed.safeParse(given);
  if (!read.success) {
    const { name } = (typeof given === 'object' && given !== null ? given : {}) as { name?: unknown };
    leftOut.push(`lists a tool that is none${typeof name === 'string' ? `, \`${name}\`` : ''}: it is left out`);
    return;
  }
  const { name, description, inputSchema, annotations, execution } = read.data;
  if (execution?.taskSupport === 'required') {
    leftOut.push(`offers \`${name}\` as a task only, which fanfold does not speak: it is left out`);
    return;
  }
  if (tools.some((tool) => tool.name === name)) return;
  tools.push({
    name,
    description: description || name,
    inputSchema: { type: 'object', ...inputSchema },
    destroys: annotations?.destructiveHint === true && annotations.readOnlyHint !== true,
  });
}

/**
 * Time limit of a request in milliseconds, the longest that a timer takes: whoever calls a tool has a limit of their own, and the SDK's of
 * a minute is not it.
 */
const noLimitMs = 2_147_483_647;

/** The SDK's own schema refuses an answer without `content`, and whole answers for one odd block. */
const anyResult = z.looseObject({
  content: z.unknown().optional(),
  structuredContent: z.unknown().optional(),
  isError: z.unknown().optional(),
});

/** @throws Error where the server cannot be asked, refuses, or `signal` is aborted */
export function callTool(
  client: Client,
  name: string,
  input: Record<string, unknown>,
  signal: AbortSignal,
): Promise<McpResult> {
  const params = { name, arguments: input };
  return client.request({ method: 'tools/call', params }, anyResult, { signal, timeout: noLimitMs });
}
