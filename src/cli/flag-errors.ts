import type { Command } from 'commander';

import { InputError, OverBudgetError } from '../contract/errors.js';

/**
 * An error about an option as its user typed it: `limit` of the library is the flag `--limit` of a command, `timeoutMs` is
 * `--timeout`. It points to the command's own help. Any other error stays as it is.
 *
 * @param words of the command line
 */
export function flagError(error: unknown, program: Command, words: readonly string[]): unknown {
  if (!(error instanceof InputError || error instanceof OverBudgetError)) return error;
  const [whole = '', name = ''] = /^Expected `([A-Za-z][\w-]*)`/.exec(error.message) ?? [];
  const commands = commandsOf(program, words);
  const flag = commands.at(-1)?.options.find((option) => isCalled(option.attributeName(), option.long ?? '', name));
  if (name === '' || flag === undefined) return error;
  const path = commands.map((command) => command.name()).join(' ');
  const help = `See \`fanfold ${path} --help\`.`;
  const message = `Expected \`${flag.long ?? name}\`${error.message.slice(whole.length)}`;
  // What is over the budget was understood, and needs no help with its flags.
  if (error instanceof OverBudgetError) return new OverBudgetError(message, error.advice);
  return new InputError(message, error.advice === undefined ? help : `${error.advice}\n${help}`);
}

/** Whether an option goes by that name on the command line, in the library or, with its unit, in an input. */
function isCalled(attribute: string, long: string, name: string): boolean {
  return [attribute, `${attribute}Ms`, `${attribute}Usd`, long.slice(2)].includes(name);
}

/** The command that the words name, its parents before it. */
function commandsOf(program: Command, words: readonly string[]): Command[] {
  const [word] = words;
  const command = program.commands.find((each) => each.name() === word || each.aliases().includes(word ?? ''));
  return command === undefined ? [] : [command, ...commandsOf(command, words.slice(1))];
}
