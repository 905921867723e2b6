import { randomBytes } from 'node:crypto';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';

import { beginningOf } from '../../contract/cut-text.js';
import { packageVersion } from '../package-version.js';
import type { World } from '../world.js';
import { makeCall } from './call.js';
import type { CallEnd } from './call.js';
import { ProgressTeller } from './progress.js';
import { shownRun, shownRunShape } from './shown-run.js';
import { commonInput, runTools } from './tools.js';
import type { Place, RunTool } from './tools.js';

/** What every run of the server has. */
export interface Defaults {
  offline: boolean;
  model?: string;
  /** US dollars that a run may spend, unless its call says less. */
  budgetUsd?: number;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/**
 * fanfold as an MCP server. Each call of a tool is a run, which outlives the client.
 *
 * @param left aborted when the client is gone
 */
export function mcpServer(defaults: Defaults, place: Place, world: World, left: AbortSignal): McpServer {
  const server = new McpServer(
    { name: 'fanfold', version: packageVersion() },
    {
      instructions:
        'Each tool makes a durable run that asks many questions at once. Give it an `id` to come back to it: the same call with the same id follows that run. A run goes on where the client goes; `show` tells how it is. Cancelling a call cancels its run.',
    },
  );
  for (const [name, tool] of Object.entries(runTools)) {
    server.registerTool(
      name,
      {
        description: tool.description,
        inputSchema: strictInput({ ...tool.input, ...commonInput }),
        outputSchema: shownRunShape,
        annotations: { destructiveHint: false, openWorldHint: true },
      },
      (input: Record<string, unknown>, extra: Extra) => callTool(name, tool, input, extra),
    );
  }
  server.registerTool(
    'show',
    {
      description: 'Shows how a run is, and its result once it has one.',
      inputSchema: strictInput({ id: z.string().describe('Id of the run.') }),
      outputSchema: shownRunShape,
      annotations: { readOnlyHint: true },
    },
    async ({ id }) => {
      const { showCommand } = await import('../commands/show.js');
      const words = ['show', '--json', '--', id];
      const never = new AbortController().signal;
      const call = { words, stdin: '', id, cancelled: never, left, onProgress: () => {} };
      return resultOf(await makeCall(showCommand, call, world));
    },
  );

  async function callTool(name: string, tool: RunTool, input: Record<string, unknown>, extra: Extra) {
    const { words, stdin = '', isFree = false } = await tool.given(input as never, place);
    const id = typeof input['id'] === 'string' ? input['id'] : `${name}-${randomBytes(4).toString('hex')}`;
    const progress = new ProgressTeller(extra._meta?.progressToken, (told) => extra.sendNotification(told));
    // The end of the connection aborts the calls of a client that is gone as well.
    const cancelled = new AbortController();
    extra.signal.addEventListener('abort', () => left.aborted || cancelled.abort(), { once: true });
    try {
      const end = await makeCall(
        await tool.load(),
        {
          words: [name, '--ndjson', `--id=${id}`, ...flagsOf(defaults, input, isFree), ...words],
          stdin,
          id,
          cancelled: cancelled.signal,
          left,
          onProgress: (ended, message) => progress.tell(ended, message),
        },
        world,
      );
      return resultOf(end);
    } finally {
      progress.stop();
    }
  }
  return server;
}

/** An input without a field of another name: a misspelt one would be left out of what is paid for. */
function strictInput<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `Expected fields of the names ${known}, got \`${beginningOf(issue.keys.join(', '), 80)}\`.`
        : undefined,
  });
}

function flagsOf(
  { offline, model, budgetUsd = Infinity }: Defaults,
  input: Record<string, unknown>,
  isFree: boolean,
): string[] {
  const asked = typeof input['budgetUsd'] === 'number' ? input['budgetUsd'] : Infinity;
  const most = Math.min(budgetUsd, asked);
  const used = typeof input['model'] === 'string' ? input['model'] : model;
  return [
    ...(offline ? ['--offline'] : []),
    ...(used === undefined ? [] : [`--model=${used}`]),
    ...(isFree || most === Infinity ? [] : [`--budget=${most}`]),
    ...(input['fresh'] === true ? ['--fresh'] : []),
  ];
}

function resultOf(end: CallEnd): CallToolResult {
  if ('said' in end) return { isError: true, content: [{ type: 'text', text: end.said || 'The call was left.' }] };
  const run = shownRun(end.run);
  const isError = run.status === 'failed' || run.status === 'cancelled';
  // Clients that know no structured content are to have the same as text, says the specification.
  return {
    content: [{ type: 'text', text: JSON.stringify(run) }],
    structuredContent: run,
    ...(isError && { isError }),
  };
}
