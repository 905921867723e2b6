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

/** What may follow a command. */
export interface CommandWords {
  /** The command's name, and other names of it. */
  names: string[];
  about: string;
  options: OptionWords[];
  commands: CommandWords[];
}

export interface OptionWords {
  /** The long name first. */
  names: string[];
  about: string;
  /** Whether a value follows. */
  takesValue: boolean;
}

/**
 * The words that can come next on a command line. File names are left to the shell.
 *
 * @param words what has been typed after the program's name; the last, perhaps empty, is being typed
 */
export function candidates(program: CommandWords, words: readonly string[]): Candidate[] {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = commandOf(program, before);
  const option = optionOf(command, before.at(-1) ?? '');
  return all(command, option, typed).filter(({ value }) => value.startsWith(typed));
}

function all(command: CommandWords, option: OptionWords | undefined, typed: string): Candidate[] {
  if (option?.takesValue) return (choices[option.names[0] ?? ''] ?? []).map((value) => ({ value, about: '' }));
  const next = typed.startsWith('-') ? command.options : command.commands;
  return next.map(({ names, about }) => ({ value: names[0] ?? '', about }));
}

function commandOf(program: CommandWords, words: readonly string[]): CommandWords {
  return words.reduce(
    (command, word) => command.commands.find(({ names }) => names.includes(word)) ?? command,
    program,
  );
}

function optionOf(command: CommandWords, word: string): OptionWords | undefined {
  return command.options.find(({ names }) => names.includes(word));
}
