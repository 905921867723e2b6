import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import { serverToolNames } from '../../contract/server-tool.js';
import type { ServerTool } from '../../contract/server-tool.js';
import { searchDefaults } from '../../plan/server-tools.js';
import { namesIn } from './names-in.js';
import { parseCount } from './numbers.js';

/** Flags of tools that the API runs itself. */
export interface ServerToolFlags {
  serverTools?: string;
  maxUses?: string;
  allowedDomains?: string;
}

export function addServerToolFlags(command: Command): void {
  command
    .option(
      '--server-tools <names>',
      `comma-separated, run by the API itself and billed: ${serverToolNames.join(', ')}`,
    )
    .option('--max-uses <n>', `most web searches of one turn; ${searchDefaults.maxUses} by default`)
    .option('--allowed-domains <hosts>', 'comma-separated: the only hosts that web searches find');
}

/**
 * The tools that flags name. Whether there are such tools is for the plan to say.
 *
 * @throws InputError for flags of a search where none is named
 */
export function serverToolsIn(flags: ServerToolFlags): { serverTools?: ServerTool[] } {
  const names = namesIn(flags.serverTools) ?? [];
  const stray = flags.maxUses === undefined ? flags.allowedDomains && '--allowed-domains' : '--max-uses';
  if (stray && !names.includes('web_search')) {
    throw new InputError(
      `Expected \`${stray}\` with \`--server-tools web_search\`, got ${names.length === 0 ? 'no such tools' : `\`${names.join(',')}\``}.`,
    );
  }
  if (names.length === 0) return {};
  const search = {
    ...(flags.maxUses !== undefined && { maxUses: parseCount(flags.maxUses, 'max-uses') }),
    ...(flags.allowedDomains !== undefined && { allowedDomains: namesIn(flags.allowedDomains) }),
  };
  const tools = names.map((name) => (name === 'web_search' ? { name, ...search } : { name }));
  return { serverTools: tools as ServerTool[] };
}
