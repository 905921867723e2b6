import type { Command, Option } from 'commander';

import { workflowTypes } from '../contract/names.js';
import { joinPolicies, latePolicies } from '../contract/options.js';

/** Words that an option takes, where they are few. */
const choices: Record<string, readonly string[]> = {
  '--join': joinPolicies,
  '--late': latePolicies,
  '--fan-in': ['merge', 'select', 'synthesise'],
  '--kind': workflowTypes,
  '--status': ['running', 'complete', 'partial', 'failed', 'cancelled'],
  '--fail-on': ['error', 'warning'],
};

/** A word that can complete the one that is being typed. */
export interface Candidate {
  value: string;
  about: string;
}

/**
 * The words that can come next on a command line. File names are left to the shell.
 *
 * @param words what has been typed after the program's name; the last, perhaps empty, is being typed
 */
export function candidates(program: Command, words: readonly string[]): Candidate[] {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = commandOf(program, before);
  const option = optionOf(command, before.at(-1) ?? '');
  return all(command, option, typed).filter(({ value }) => value.startsWith(typed));
}

function all(command: Command, option: Option | undefined, typed: string): Candidate[] {
  if (option !== undefined && (option.required || option.optional)) {
    return (choices[option.long ?? ''] ?? []).map((value) => ({ value, about: '' }));
  }
  const help = command.createHelp();
  if (typed.startsWith('-')) {
    return help
      .visibleOptions(command)
      .map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));
  }
  return help.visibleCommands(command).map((sub) => ({ value: sub.name(), about: sub.description() }));
}

function commandOf(program: Command, words: readonly string[]): Command {
  return words.reduce(
    (command, word) => command.commands.find((sub) => sub.name() === word || sub.aliases().includes(word)) ?? command,
    program,
  );
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => word !== '' && (long === word || short === word));
}
