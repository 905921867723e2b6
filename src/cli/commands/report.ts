import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { Command } from 'commander';

import { newestRun } from '../../client/index.js';
import { FanfoldError, InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Compared, Reported } from '../../contract/reported.js';
import { replaceFile } from '../../disk/index.js';
import { comparedMarkdown, reportCsv, reportHtml, reportMarkdown } from '../../report/index.js';
import { packageVersion } from '../package-version.js';
import { openSession, sayer } from '../home/session.js';
import type { Session } from '../home/session.js';
import { fileNameOf } from '../read/file-name.js';
import { parseChoice } from '../read/numbers.js';
import { reportedRun } from '../show/reported-run.js';
import { exactly, line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { shownRun, viewRun } from './show.js';

const formats = ['html', 'md', 'csv'] as const;

type Format = (typeof formats)[number];

interface ReportFlags {
  out?: string;
  open?: boolean;
  format: string;
  compare?: string[];
}

export function reportCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('report')
    .description('a run as one page: what came of it, what was asked, where its time and money went')
    .argument('[id]', 'workflow id; the last run where it is left out')
    .option('--format <format>', 'html; md for pull requests; csv has its branches', 'html')
    .option('--compare <ids...>', 'two runs beside each other: answers, latency, cost')
    .option('--out <file>', 'where to write it; html goes to `reports/` of the home by default, others are printed')
    .option('--open', 'open the page in the browser')
    .action(async (id: string | undefined, flags: ReportFlags) => {
      done(await report(id, flags, world));
    });
}

async function report(id: string | undefined, flags: ReportFlags, world: World): Promise<ExitCode> {
  const format = parseChoice(flags.format, 'format', formats);
  checkFlags(id, format, flags);
  const session = await openSession(world, 'command', sayer(world, false));
  try {
    const content =
      flags.compare === undefined
        ? await contentOf(id ?? (await lastRun(session)), session, world)
        : await comparedOf(idsOf(id, flags.compare), session, world);
    const text = await textOf(content, format);
    if (format !== 'html' && flags.out === undefined) {
      world.stdout.write(exactly(text, world.stdout));
      return exitCodes.complete;
    }
    const path = await written(text, nameOf(content), flags.out, session, world);
    world.stdout.write(line`${path}\n`);
    if (flags.open === true) {
      const { default: openInBrowser } = await import('open');
      await openInBrowser(path);
    }
    return exitCodes.complete;
  } finally {
    await session.leave();
  }
}

/** @throws InputError where flags do not go together */
function checkFlags(id: string | undefined, format: Format, { compare, open }: ReportFlags): void {
  if (open === true && format !== 'html') {
    throw new InputError(`Expected no \`--open\` with \`--format ${format}\`, for only a page is opened.`);
  }
  if (compare === undefined) return;
  const ids = idsOf(id, compare);
  if (ids.length !== 2) {
    throw new InputError(
      `Expected two workflow ids with \`--compare\`, got ${ids.length}: ${ids.join(', ')}.`,
      'Like this: `fanfold report --compare A B`.',
    );
  }
  if (format === 'csv') throw new InputError('Expected `--format` html or md with `--compare`, got `csv`.');
}

/** The runs that are compared: `A --compare B` is `--compare A B`. */
function idsOf(id: string | undefined, compare: readonly string[]): string[] {
  return id === undefined ? [...compare] : [id, ...compare];
}

/** @throws FanfoldError `NoSuchRun` where there is none */
async function lastRun({ client, home, server }: Session): Promise<string> {
  // As in `list`.
  const last = await newestRun(client, { everyType: server.kind === 'embedded' || 'told' });
  if (last === undefined) {
    throw new FanfoldError('NoSuchRun', `There is no run in ${home} to report.`, 'See `fanfold list`.');
  }
  return last.workflowId;
}

async function contentOf(id: string, session: Session, world: World): Promise<Reported> {
  const view = await viewRun(session, id);
  const content = await reportedRun(view, await shownRun(session, view), session);
  const reported = { ...content, writtenAt: new Date().toISOString(), version: packageVersion() };
  return world.secrets?.value(reported) ?? reported;
}

async function comparedOf(
  [one = '', other = '']: readonly string[],
  session: Session,
  world: World,
): Promise<Compared> {
  const compared: Compared['compared'] = [await contentOf(one, session, world), await contentOf(other, session, world)];
  const { writtenAt, version } = compared[0];
  return { compared, writtenAt, version };
}

async function textOf(content: Reported | Compared, format: Format): Promise<string> {
  if (format === 'html') return reportHtml(content);
  if ('compared' in content) return comparedMarkdown(content);
  return format === 'md' ? reportMarkdown(content) : reportCsv(content);
}

function nameOf(content: Reported | Compared): string {
  const runs = 'compared' in content ? content.compared : [content];
  return fileNameOf(runs.map(({ run }) => run.workflowId).join('-and-'));
}

/**
 * Writes a report; returns its path.
 *
 * @throws InputError where its user has named what cannot be written
 */
async function written(
  text: string,
  name: string,
  out: string | undefined,
  { home }: Session,
  { cwd }: World,
): Promise<string> {
  const path = out === undefined ? join(home, 'reports', `${name}.html`) : resolve(cwd, out);
  // A report in the home is its user's alone; elsewhere it has the modes of any file.
  const modes = out === undefined ? { directory: 0o700, file: 0o600 } : { directory: 0o777, file: 0o666 };
  try {
    await mkdir(dirname(path), { recursive: true, mode: modes.directory });
    await replaceFile(path, text, { mode: modes.file, isChosen: out !== undefined });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (out === undefined || !unwritable.has(code)) throw error;
    throw new InputError(
      `Expected \`--out\` to name a file that can be written, got \`${out}\` (${unwritable.get(code)}).`,
    );
  }
  return path;
}

/** Why a file that somebody has named cannot be written. */
const unwritable: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'a folder'],
  ['ENOENT', 'a link into a folder that is not there'],
  ['ENOTDIR', 'below a file'],
  ['EEXIST', 'below a file'],
  ['EACCES', 'not permitted'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'on a disk that is only read'],
]);
