import { Command } from 'commander';

import { exitCodes } from '../contract/exit-codes.js';
import type { ExitCode } from '../contract/exit-codes.js';
import { noGateway } from '../contract/gateway.js';
import { explain } from './failure.js';
import { flagError } from './flag-errors.js';
import { startTracing } from '../tracing/index.js';
import { guardedWorld } from './home/guarded-world.js';
import { packageVersion } from './package-version.js';
import { line, setIn, terminalText } from './show/terminal-text.js';
import type { World } from './world.js';

/** Commands are loaded on demand, each by itself: one command needs little of what the others need, and loading takes time. */
const commands: Record<string, () => Promise<AddCommand>> = {
  perspectives: async () => (await import('./commands/perspectives.js')).perspectivesCommand,
  summarise: async () => (await import('./commands/summarise.js')).summariseCommand,
  gather: async () => (await import('./commands/gather.js')).gatherCommand,
  validate: async () => (await import('./commands/validate.js')).validateCommand,
  graph: async () => (await import('./commands/graph.js')).graphCommand,
  agent: async () => (await import('./commands/agent.js')).agentCommand,
  research: async () => (await import('./commands/research.js')).researchCommand,
  map: async () => (await import('./commands/map.js')).mapCommand,
  compare: async () => (await import('./commands/compare.js')).compareCommand,
  list: async () => (await import('./commands/list.js')).listCommand,
  show: async () => (await import('./commands/show.js')).showCommand,
  open: async () => (await import('./commands/open.js')).openCommand,
  watch: async () => (await import('./commands/watch.js')).watchCommand,
  report: async () => (await import('./commands/report.js')).reportCommand,
  approve: async () => (await import('./commands/approve.js')).approveCommand,
  retry: async () => (await import('./commands/retry.js')).retryCommand,
  cancel: async () => (await import('./commands/cancel.js')).cancelCommand,
  resume: async () => (await import('./commands/resume.js')).resumeCommand,
  slow: async () => (await import('./commands/slow.js')).slowCommand,
  limits: async () => (await import('./commands/limits.js')).limitsCommand,
  dev: async () => (await import('./commands/dev.js')).devCommand,
  mcp: async () => (await import('./commands/mcp.js')).mcpCommand,
  worker: async () => (await import('./commands/worker.js')).workerCommand,
  gateway: async () => (await import('./commands/gateway.js')).gatewayCommand,
  spend: async () => (await import('./commands/spend.js')).spendCommand,
  stop: async () => (await import('./commands/stop.js')).stopCommand,
  deployment: async () => (await import('./commands/deployment.js')).deploymentCommand,
  codec: async () => (await import('./commands/codec.js')).codecCommand,
  'offline-model': async () => (await import('./commands/offline-model.js')).offlineModelCommand,
  journal: async () => (await import('./commands/journal.js')).journalCommand,
  store: async () => (await import('./commands/store.js')).storeCommand,
  home: async () => (await import('./commands/home.js')).homeCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
  complete: async () => (await import('./commands/completion.js')).completeCommand,
};

/** Commands whose traces belong to the runs that they serve, not to themselves. */
const longLived: ReadonlySet<string> = new Set(['dev', 'worker', 'gateway', 'mcp', 'codec', 'offline-model']);

/** Headings of the help, each with its commands. */
const groups: Record<string, string> = {
  'Ask models': 'perspectives summarise gather validate graph agent research compare map',
  'See to runs': 'list show open watch report approve retry cancel resume slow limits spend',
  'Run servers and workers': 'dev worker gateway stop deployment mcp codec offline-model',
  'Look after what is kept': 'journal store home',
  'Set up': 'doctor completion',
};

/** Other names of commands. */
const aliases: Record<string, string> = { summarize: 'summarise' };

/** The widest that help is: long lines are hard to read. */
export const helpColumns = 80;

type AddCommand = (program: Command, world: World, done: (code: ExitCode) => void) => void;

/**
 * Runs one command line.
 *
 * @param words what follows the program's name
 * @returns the exit code; every error has been explained on standard error
 */
export async function runProgram(words: readonly string[], outer: World): Promise<ExitCode> {
  const world = guardedWorld(outer);
  const tracing = await startTracing(world.env, packageVersion(), world.secrets);
  if (tracing === undefined) return runCommand(words, world);
  const [word = ''] = words;
  const run = () => runCommand(words, { ...world, tracing });
  try {
    return await (longLived.has(word) ? run() : tracing.within(`fanfold ${word}`, run));
  } finally {
    const lost = await tracing.stop();
    if (lost !== undefined) world.stderr.write(line`fanfold: ${setIn(lost)}\n`);
  }
}

async function runCommand(words: readonly string[], outer: World): Promise<ExitCode> {
  // Flags may change what a worker of the command has from it; the process keeps its own.
  const world = { ...outer, env: { ...outer.env } };
  let code: ExitCode = exitCodes.complete;
  const program = await programOf(words, world, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return explain(flagError(error, program, words), world);
  }
}

/**
 * The program with the command that is meant, or with all.
 *
 * @param words what follows the program's name
 * @param done is told the exit code of what ran
 */
export async function programOf(
  words: readonly string[],
  world: World,
  done: (code: ExitCode) => void,
): Promise<Command> {
  const program = new Command('fanfold')
    .description(
      'Fans LLM calls out in parallel as durable workflows on Temporal and folds the answers into one result.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(terminalText(text)),
      writeErr: (text) => world.stderr.write(terminalText(text)),
      // Commander's message quotes words of the command line, which may come from anywhere.
      outputError: (text) => world.stderr.write(line`${setIn(text.trimEnd())}\n`),
      getOutHelpWidth: () => Math.min(helpColumns, world.stdout.columns),
      getErrHelpWidth: () => Math.min(helpColumns, world.stderr.columns),
    })
    .configureHelp({ subcommandTerm: (command) => termOf(command) })
    .addHelpCommand(
      new Command('help').argument('[command]').description('display help for a command').helpGroup('Set up:'),
    )
    .showHelpAfterError('(see `fanfold --help`)');
  for (const load of loadersOf(words)) (await load())(program, world, done);
  for (const command of program.commands) {
    command.copyInheritedSettings(program).helpGroup(groupOf(command.name()));
    command.hook('preAction', async (_, action) => {
      // What serves the command has its environment.
      if (action.opts()['gateway'] === false) world.env['FANFOLD_GATEWAY'] = noGateway;
      const has = (flag: string) => action.options.some(({ long }) => long === flag);
      if (has('--cassette')) await (await import('./home/cassette-of.js')).takeCassette(action.opts(), world);
      // Whoever computes prices asks models, or serves those who do.
      if (has('--model') || has('--concurrency')) (await import('./home/take-provider.js')).takeProvider(action, world);
    });
    pointToHelp(command, command.name());
  }
  return program;
}

/** Errors of a command's words point to its own help. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(see \`fanfold ${path} --help\`)`);
  for (const inner of command.commands) pointToHelp(inner, `${path} ${inner.name()}`);
}

/** A command in the list of commands: that it has options goes without saying. */
function termOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '');
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [[command.name(), ...command.aliases()].join('|'), ...args].join(' ');
}

function groupOf(name: string): string {
  const found = Object.entries(groups).find(([, names]) => names.split(' ').includes(name));
  return found === undefined ? 'Commands:' : `${found[0]}:`;
}

/** The loader of the command that is meant. Help, errors and completions name all commands, so they get all loaders. */
function loadersOf([word = '']: readonly string[]): (() => Promise<AddCommand>)[] {
  const name = aliases[word] ?? word;
  const meant = Object.hasOwn(commands, name) && name !== 'complete' ? commands[name] : undefined;
  return meant === undefined ? Object.values(commands) : [meant];
}
