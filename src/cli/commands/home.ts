import type { Command } from 'commander';

import { InputError, UnavailableError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { adoptHome } from '../../server/index.js';
import { formatBytes } from '../show/amounts.js';
import { confirmed } from '../home/confirmed.js';
import { lookIntoHome } from '../home/home-contents.js';
import type { HomeContents, HomeTool } from '../home/home-contents.js';
import { homeOf } from '../home/session.js';
import { json, line, lines } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

export function homeCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('home')
    .description('what lies in FANFOLD_HOME, and whose it is')
    .option('--json', 'print it as JSON')
    .action(async ({ json: asJson }: { json?: boolean }) => {
      const contents = await lookIntoHome(homeOf(world), world);
      world.stdout.write(asJson ? json(contents, 2) : homeLines(contents));
      done(exitCodes.complete);
    });
  command
    .command('adopt')
    .description('make it yours, with everything in it that runs and answers may then use')
    .option('--yes', 'without asking')
    .action(async (flags: { yes?: boolean }) => {
      done(await adopt(flags, world));
    });
}

async function adopt({ yes = false }: { yes?: boolean }, world: World): Promise<ExitCode> {
  const home = homeOf(world);
  const contents = await lookIntoHome(home, world);
  world.stdout.write(homeLines(contents));
  if (contents.owner === 'self') return exitCodes.complete;
  if (contents.owner === 'none') {
    throw new InputError(
      `Expected a home to adopt, got \`${home}\`, which is no directory.`,
      'Whatever needs a home makes it.',
    );
  }
  if (contents.before !== null) {
    throw new UnavailableError('ForeignHome', `The home cannot be adopted: ${contents.why}.`, contents.before);
  }
  const question = 'Make all of this yours, so that commands here go by it?';
  if (!yes && !(await confirmed(question, 'Look at what is listed above first.', world))) {
    world.stderr.write(line`fanfold: nothing was changed.\n`);
    return exitCodes.badInput;
  }
  await adoptHome(home, world.env);
  world.stdout.write(line`It is yours now.\n`);
  return exitCodes.complete;
}

const owners = {
  self: 'yours',
  nobody: 'nobody’s yet; the next command takes it',
  stranger: 'not known to be yours',
  none: 'not made yet; whatever needs it makes it',
} satisfies Record<HomeContents['owner'], string>;

function homeLines(contents: HomeContents): TerminalText {
  const { path, owner, why, before, mode, database, server, tools, journal, texts, reports, others } = contents;
  const rows = [
    `${path}: ${owners[owner]}${why === null ? '' : `: ${why}`}`,
    ...(mode === null ? [] : [`mode ${mode}`]),
    ...sized('database of the Temporal server, whose open runs go on', database),
    ...(server === null
      ? []
      : [`server record: names ${server.named}, ${server.isServer ? 'which is' : 'which is not'} this home’s server`]),
    ...tools.map((tool) => `what runs may use: ${toolText(tool)}`),
    ...sized('journal, whose answers are used instead of asking', journal),
    ...sized('large texts', texts),
    ...sized('reports', reports),
    ...(others.length === 0 ? [] : [`also: ${others.map(quoted).join(', ')}`]),
    ...(before !== null || owner !== 'stranger' ? [] : ['Make it yours: fanfold home adopt']),
    ...(before === null ? [] : [before]),
  ];
  return lines(rows);
}

function sized(what: string, size: { files: number; bytes: number } | null): string[] {
  return size === null
    ? []
    : [`${what}: ${formatBytes(size.bytes)} in ${size.files} ${size.files === 1 ? 'file' : 'files'}`];
}

function toolText(tool: HomeTool): string {
  if ('module' in tool) return `the module ${quoted(tool.module)}`;
  if ('folder' in tool) return `the files below ${quoted(tool.folder)}`;
  if ('privateHost' in tool) return `the private host ${quoted(tool.privateHost)}`;
  if ('headerVariable' in tool)
    return `the variable ${quoted(tool.headerVariable)} in headers to ${quoted(tool.origin)}`;
  if ('unreadable' in tool) return `something that cannot be read, in ${quoted(tool.unreadable)}`;
  if ('url' in tool) return `the MCP server ${quoted(tool.url)}${names(' with the headers', tool.headers)}`;
  const place = tool.cwd === null ? '' : ` in ${quoted(tool.cwd)}`;
  return `the program ${[tool.program, ...tool.args].map(quoted).join(' ')}${place}${names(' with the variables', tool.env)}`;
}

function names(what: string, list: readonly string[]): string {
  return list.length === 0 ? '' : `${what} ${list.map(quoted).join(', ')}`;
}

/** Quotes a name, so that its blanks and line ends cannot pass for this command's own. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
