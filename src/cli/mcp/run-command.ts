import { Command } from 'commander';

import type { ExitCode } from '../../contract/exit-codes.js';
import { exitCodes } from '../../contract/exit-codes.js';
import { explain } from '../failure.js';
import { line, setIn, terminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

/** Adds a command to a program. */
export type AddCommand = (program: Command, world: World, done: (code: ExitCode) => void) => void;

/** Runs one command with its words; every error has been explained on its standard error. */
export async function runCommand(add: AddCommand, words: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = exitCodes.complete;
  const program = new Command('fanfold').exitOverride().configureOutput({
    writeOut: (text) => world.stdout.write(terminalText(text)),
    writeErr: (text) => world.stderr.write(terminalText(text)),
    outputError: (text) => world.stderr.write(line`${setIn(text.trimEnd())}\n`),
  });
  add(program, world, (result) => {
    code = result;
  });
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, world);
  }
}
