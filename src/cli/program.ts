import { Command } from 'commander';

import { exitCodes } from '../contract/exit-codes.js';
import type { ExitCode } from '../contract/exit-codes.js';
import { agentCommand } from './commands/agent.js';
import { approveCommand } from './commands/approve.js';
import { cancelCommand } from './commands/cancel.js';
import { devCommand } from './commands/dev.js';
import { doctorCommand } from './commands/doctor.js';
import { gatherCommand } from './commands/gather.js';
import { graphCommand } from './commands/graph.js';
import { journalCommand } from './commands/journal.js';
import { limitsCommand } from './commands/limits.js';
import { listCommand } from './commands/list.js';
import { offlineModelCommand } from './commands/offline-model.js';
import { perspectivesCommand } from './commands/perspectives.js';
import { resumeCommand } from './commands/resume.js';
import { showCommand } from './commands/show.js';
import { summariseCommand } from './commands/summarise.js';
import { validateCommand } from './commands/validate.js';
import { watchCommand } from './commands/watch.js';
import { workerCommand } from './commands/worker.js';
import { explain } from './failure.js';
import { packageVersion } from './package-version.js';
import type { World } from './world.js';

const commands = [
  perspectivesCommand,
  summariseCommand,
  gatherCommand,
  validateCommand,
  graphCommand,
  agentCommand,
  devCommand,
  workerCommand,
  listCommand,
  showCommand,
  watchCommand,
  resumeCommand,
  approveCommand,
  cancelCommand,
  doctorCommand,
  journalCommand,
  limitsCommand,
  offlineModelCommand,
];

/**
 * Runs one command line.
 *
 * @param words what follows the program's name
 * @returns the exit code; every error has been explained on standard error
 */
export async function runProgram(words: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = exitCodes.complete;
  const program = new Command('fanfold')
    .description(
      'Fans LLM calls out in parallel as durable workflows on Temporal and folds the answers into one result.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      getOutHelpWidth: () => world.stdout.columns,
      getErrHelpWidth: () => world.stderr.columns,
    })
    .showHelpAfterError('(see `fanfold --help`)');
  for (const add of commands) {
    add(program, world, (result) => {
      code = result;
    });
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, world);
  }
}
