import type { Command } from 'commander';
import pc from 'picocolors';

import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { Check } from '../home/checks.js';
import { terminalText } from '../show/terminal-text.js';
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
      world.stdout.write(flags.json ? `${JSON.stringify(checks, null, 2)}\n` : lines(checks, world));
      done(checks.some(({ state }) => state === 'failed') ? exitCodes.unavailable : exitCodes.complete);
    });
}

function lines(checks: readonly Check[], world: World): string {
  const { green, red, yellow, dim } = pc.createColors(world.stdout.colour);
  const signs = { ok: green('✓'), note: yellow('!'), failed: red('✗'), skipped: dim('–') };
  return checks
    .map(({ name, state, found, advice }) => {
      const line = `${signs[state]} ${name.padEnd(18)} ${terminalText(found)}\n`;
      return advice === undefined ? line : `${line}  ${' '.repeat(18)} → ${terminalText(advice)}\n`;
    })
    .join('');
}
