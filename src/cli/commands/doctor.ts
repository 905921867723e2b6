import type { Command } from 'commander';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Check } from '../home/checks.js';
import { hung } from '../show/terminal-rows.js';
import { json, line, lines, paints } from '../show/terminal-text.js';
import type { TerminalText } from '../show/terminal-text.js';
import type { World } from '../world.js';

interface DoctorFlags {
  json?: boolean;
  offline?: boolean;
}

export function doctorCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .description('check Node, server, namespace, search attributes, worker, model API and key, and say what to do')
    .option('--offline', 'check the offline model instead of the API and its key')
    .option('--json', 'print the checks as JSON')
    .action(async (flags: DoctorFlags) => {
      const { runChecks } = await import('../home/checks.js');
      const checks = await runChecks(world, flags.offline ?? false);
      world.stdout.write(flags.json ? json(checks, 2) : table(checks, world));
      done(checks.some(({ state }) => state === 'failed') ? exitCodes.unavailable : exitCodes.complete);
    });
}

function table(checks: readonly Check[], world: World): TerminalText {
  const { green, red, yellow, dim } = paints(world.stdout.colour);
  const signs = { ok: green('✓'), note: yellow('!'), failed: red('✗'), skipped: dim('–') };
  const rows = checks.map(({ name, state, found, advice }) => [
    line`${signs[state]} ${name.padEnd(18)} ${hung(found, 21, world.stdout)}`,
    ...(advice === undefined ? [] : [line`  ${' '.repeat(18)} → ${hung(advice, 23, world.stdout)}`]),
  ]);
  return lines(rows.flat());
}
