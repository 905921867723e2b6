import type { Command } from 'commander';

import { commandWords } from './command-words.js';
import type { CommandWords } from './complete.js';
import { scripts } from './commands/completion.js';
import { packageVersion } from './package-version.js';
import { helpColumns, programOf } from './program.js';
import type { World } from './world.js';

/** What some command lines print whatever the machine and the moment: it is written down when the command is built. */
export interface ReadyTexts {
  /** A terminal of fewer columns has other line breaks. */
  columns: number;
  /** By command line, without the program's name: `list --help`. */
  texts: Record<string, string>;
  /** What completion offers. */
  words: CommandWords;
}

/** @param world with a screen of `helpColumns` columns or more; what is written to it is read back with `written` */
export async function readyTexts(world: World, written: () => string): Promise<ReadyTexts> {
  const program = await programOf([], world, () => {});
  const helps = pathsOf(program).map(([path, command]): [string, string] => {
    command.outputHelp();
    return [[...path, '--help'].join(' '), written()];
  });
  const completions = Object.entries(scripts).map(([shell, script]) => [`completion ${shell}`, script]);
  return {
    columns: helpColumns,
    texts: Object.fromEntries([...helps, ...completions, ['--version', `${packageVersion()}\n`]]),
    words: commandWords(program),
  };
}

function pathsOf(command: Command, path: string[] = []): [string[], Command][] {
  const below = command.commands.flatMap((sub) =>
    [sub.name(), ...sub.aliases()].flatMap((name) => pathsOf(sub, [...path, name])),
  );
  return [[path, command], ...below];
}
