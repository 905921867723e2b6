import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { commandWords } from '../command-words.js';
import { candidates } from '../complete.js';
import { parseChoice } from '../read/numbers.js';
import { exactly, line } from '../show/terminal-text.js';
import type { World } from '../world.js';

/** The script that completes in each shell. */
export const scripts = {
  bash: `_fanfold() {
  local IFS=$'\\n'
  COMPREPLY=($(fanfold complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _fanfold fanfold
`,
  zsh: `#compdef fanfold
_fanfold() {
  local -a found
  local value about
  while IFS=$'\\t' read -r value about; do found+=("\${value//:/\\\\:}:$about"); done \\
    < <(fanfold complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#found )); then _describe fanfold found; else _files; fi
}
compdef _fanfold fanfold
`,
  fish: `complete -c fanfold -a '(fanfold complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const;

const shells = Object.keys(scripts) as (keyof typeof scripts)[];

export function completionCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('completion')
    .description('a script that completes commands and flags in your shell: bash, zsh or fish')
    .argument('<shell>', `one of ${shells.join(', ')}`)
    .addHelpText('after', '\nFor bash: `source <(fanfold completion bash)`; put it into ~/.bashrc to keep it.')
    .action((shell: string) => {
      world.stdout.write(exactly(scripts[parseChoice(shell, 'shell', shells)], world.stdout));
      done(exitCodes.complete);
    });
}

/** The hidden command that the completion scripts call. */
export function completeCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('complete [words...]', { hidden: true })
    .description('what may come next on a command line, for the scripts of `completion`')
    .allowUnknownOption()
    .action((words: string[]) => {
      for (const { value, about } of candidates(commandWords(program), words))
        world.stdout.write(line`${value}\t${about}\n`);
      done(exitCodes.complete);
    });
}
