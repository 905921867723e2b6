import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { reportHtml } from '../../report/index.js';
import { packageVersion } from '../package-version.js';
import { openSession, sayer } from '../home/session.js';
import { fileNameOf } from '../read/file-name.js';
import { line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { shownRun, viewRun } from './show.js';

interface ReportFlags {
  out?: string;
  open?: boolean;
}

export function reportCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('report')
    .description('a run as one HTML page: where its time and money went, and what came of it')
    .argument('<id>', 'workflow id')
    .option('--out <file>', 'where to write it; `reports/` of the home by default')
    .option('--open', 'open it in the browser')
    .action(async (id: string, flags: ReportFlags) => {
      done(await report(id, flags, world));
    });
}

async function report(id: string, flags: ReportFlags, world: World): Promise<ExitCode> {
  const session = await openSession(world, 'command', sayer(world, false));
  try {
    const view = await viewRun(session, id);
    const run = await shownRun(session, view);
    const html = await reportHtml({
      run: world.secrets?.value(run) ?? run,
      edges: view.planned.edges ?? [],
      writtenAt: new Date().toISOString(),
      version: packageVersion(),
    });
    const path =
      flags.out === undefined ? join(session.home, 'reports', `${fileNameOf(id)}.html`) : resolve(world.cwd, flags.out);
    // A report in the home is its user's alone; elsewhere it has the modes of any file.
    const modes = flags.out === undefined ? { directory: 0o700, file: 0o600 } : { directory: 0o777, file: 0o666 };
    await mkdir(dirname(path), { recursive: true, mode: modes.directory });
    // A reader sees the old report or the new one, whole.
    const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
    await writeFile(draft, html, { flag: 'wx', mode: modes.file });
    await rename(draft, path);
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
