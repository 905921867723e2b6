import type { Command } from 'commander';

import type { CommandWords } from './complete.js';

/** The words of a program and of all its commands, as its help shows them. */
export function commandWords(command: Command): CommandWords {
  const help = command.createHelp();
  return {
    names: [command.name(), ...command.aliases()],
    about: command.description(),
    options: help.visibleOptions(command).map(({ long, short, description, required, optional }) => ({
      names: [long, short].filter((name) => name !== undefined),
      about: description,
      takesValue: required || optional,
    })),
    commands: help.visibleCommands(command).map(commandWords),
  };
}
