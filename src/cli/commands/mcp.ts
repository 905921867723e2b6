import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { sayer } from '../home/session.js';
import { placeOf } from '../mcp/place.js';
import { parseDollars } from '../read/numbers.js';
import { aborted } from '../run/interrupt.js';
import type { World } from '../world.js';

interface McpFlags {
  files?: string;
  model?: string;
  budget?: string;
  offline?: boolean;
}

export function mcpCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('mcp')
    .description('an MCP server on standard input and output: clients elsewhere fan out through durable runs')
    .option('--files <folder>', 'folder in which clients may name files; none by default')
    .option('--model <id>', 'model that runs ask, where a call names none')
    .option('--budget <dollars>', 'the most that each run may spend, in US dollars')
    .option('--offline', 'ask the offline model, which only extracts sentences, instead of the API')
    .action(async (flags: McpFlags) => {
      done(await mcp(flags, world));
    });
}

/** Serves until the client closes standard input, or the process is told to end. Standard output has the protocol and nothing else. */
async function mcp(flags: McpFlags, world: World): Promise<ExitCode> {
  const place = await placeOf(flags.files === undefined ? undefined : resolve(world.cwd, flags.files), world);
  const defaults = {
    offline: flags.offline === true,
    ...(flags.model !== undefined && { model: flags.model }),
    ...(flags.budget !== undefined && { budgetUsd: parseDollars(flags.budget, 'budget') }),
  };
  const [{ StdioServerTransport }, { mcpServer }] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/stdio.js'),
    import('../mcp/server.js'),
  ]);
  const left = new AbortController();
  const restore = world.onInterrupt(() => left.abort());
  // A file is called as the client calls it.
  const inner = flags.files === undefined ? world : { ...world, keysFrom: place.folder() };
  const server = mcpServer(defaults, place, inner, left.signal);
  try {
    await server.connect(new StdioServerTransport(world.stdin as Readable, world.stdout.stream as Writable));
    sayer(world, false)('serves MCP on standard input and output.');
    await Promise.race([aborted(left.signal), once(world.stdin, 'end'), once(world.stdin, 'close')]);
  } finally {
    // Runs go on; what follows them is left.
    left.abort();
    restore();
    await server.close();
  }
  return exitCodes.complete;
}
