import { InputError } from '../contract/errors.js';
import { serverToolNames } from '../contract/server-tool.js';
import type { ServerTool } from '../contract/server-tool.js';
import { beginningOf } from '../contract/cut-text.js';

/** Most searches of one call of the model, unless told otherwise. */
export const searchDefaults = { maxUses: 5 } as const;

const mostUses = 100;

/**
 * Checks tools that the API is to run.
 *
 * @param own names of the run's own tools
 * @param budgetUsd `Infinity` where there is none
 * @throws InputError for what the API does not have, and for what cannot be kept to
 */
export function checkServerTools(tools: readonly ServerTool[], own: readonly string[], budgetUsd: number): void {
  const names = tools.map(({ name }) => name);
  const strange = names.find((name) => !serverToolNames.includes(name));
  if (strange !== undefined) {
    throw new InputError(
      `Expected \`serverTools\` to be some of ${serverToolNames.join(', ')}, got \`${beginningOf(String(strange), 80)}\`.`,
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at || own.includes(name));
  if (twice !== undefined) throw new InputError(`Expected every tool once, got \`${twice}\` twice.`);
  for (const tool of tools) if (tool.name === 'web_search') checkSearch(tool);
  if (tools.length > 0 && budgetUsd < Infinity) {
    throw new InputError(
      `Expected no \`budget\` with \`serverTools\`, got ${names.join(', ')}.`,
      'What the API reads in the middle of a call is billed, and nobody knows it before. `--max-uses` bounds it, with `--max-turns` and `--token-limit` of an agent, `--tasks` and `--rounds` of research.',
    );
  }
}

function checkSearch({ maxUses, allowedDomains }: Extract<ServerTool, { name: 'web_search' }>): void {
  if (maxUses !== undefined && !(Number.isSafeInteger(maxUses) && maxUses >= 1 && maxUses <= mostUses)) {
    throw new InputError(
      `Expected \`maxUses\` to be a whole number from 1 to ${mostUses}, got \`${String(maxUses)}\`.`,
    );
  }
  if (allowedDomains === undefined) return;
  if (allowedDomains.length === 0) throw new InputError('Expected `allowedDomains` to name a host at least, got none.');
  const strange = allowedDomains.find((host) => !/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(\/\S*)?$/u.test(host));
  if (strange !== undefined) {
    throw new InputError(
      `Expected \`allowedDomains\` to be hosts such as \`example.com\` or \`example.com/docs\`, got \`${beginningOf(strange, 80)}\`.`,
      'The API takes them without `https://`.',
    );
  }
}
