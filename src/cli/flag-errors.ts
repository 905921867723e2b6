import type { Command, Option } from 'commander';

import { InputError, OverBudgetError } from '../contract/errors.js';

/**
 * An error about an option as its user typed it: `limit` of the library is the flag `--limit` of a command, `timeoutMs` is
 * `--timeout`. It points to the command's own help. Any other error stays as it is.
 *
 * @param words of the command line
 */
export function flagError(error: unknown, program: Command, words: readonly string[]): unknown {
  if (!(error instanceof InputError || error instanceof OverBudgetError)) return error;
  const commands = commandsOf(program, words);
  const options = commands.at(-1)?.options ?? [];
  const [whole = '', name = ''] = /^Expected `([A-Za-z][\w-]*)`/.exec(error.message) ?? [];
  const flag = name === '' ? undefined : optionOf(options, name);
  const isTyped = options.some(({ long }) => long !== undefined && error.message.includes(`\`${long}\``));
  if (flag === undefined && !(isTyped && error.advice === undefined)) return error;
  const path = commands.map((command) => command.name()).join(' ');
  const help = `See \`fanfold ${path} --help\`.`;
  const message =
    flag === undefined
      ? error.message
      : `Expected \`${flag.long ?? name}\`${asTyped(error.message.slice(whole.length), options)}`;
  // What is over the budget was understood, and needs no help with its flags.
  if (error instanceof OverBudgetError) return new OverBudgetError(message, error.advice);
  return new InputError(message, error.advice === undefined ? help : `${error.advice}\n${help}`);
}

/** Names of other options in the rest of a message, as they are typed. What was got is a value, whatever it looks like. */
function asTyped(text: string, options: readonly Option[]): string {
  return text.replace(/(?<!\bgot )`([a-z][A-Za-z]+)`/g, (said, name: string) => {
    const flag = optionOf(options, name);
    return flag === undefined ? said : `\`${flag.long ?? name}\``;
  });
}

function optionOf(options: readonly Option[], name: string): Option | undefined {
  return options.find((option) => isCalled(option.attributeName(), option.long ?? '', name));
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
