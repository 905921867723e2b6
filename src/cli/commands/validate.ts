import type { Command } from 'commander';

import type { ExitCode } from '../../contract/exit-codes.js';
import { dialects } from '../../contract/dialects.js';
import { severities } from '../../fold/findings.js';
import { checkNames, defaultTone } from '../../plan/validate-plan.js';
import { findingFormats } from '../show/print-findings.js';
import { addRunFlags, collect } from '../run/run-flags.js';
import { readValidation } from '../run/validate-input.js';
import type { ValidateFlags } from '../run/validate-input.js';
import { addTextSourceFlags } from '../run/source-of.js';
import type { World } from '../world.js';
import { areSeveral } from './over-flags.js';
import { validateOne } from './validate-one.js';
import { validateOver } from './validate-over.js';

export function validateCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('validate')
    .description(
      'several checks read one text at once, or each of many; one list of findings, in the order of the text',
    )
    .argument('[files...]', 'document with text, or - for standard input; several, folders and patterns: each is read')
    .option(
      '--checks <names>',
      `comma-separated: ${checkNames.join(', ')}, and names of \`--checks-file\`; all by default`,
    )
    .option('--checks-file <file>', 'checks of your own in YAML: a criterion in words, or a pattern')
    .option(
      '--dialect <name>',
      `of English, for \`grammar\`: ${dialects.join(', ')}; as it shows in the text by default`,
    )
    .option('--words <file>', 'words that are right for `grammar`, one a line')
    .option('--tone <words>', 'what `tone` looks for', defaultTone)
    .option('--reference <file>', 'what `facts` holds the text against, once or several times', collect, [])
    .option('--sources <names>', 'sources that `facts` holds the text against as well, as for `gather`')
    .option('--sources-file <file>', 'sources of your own in YAML')
    .option('--query <text>', 'what the sources are searched for; the beginning of the text by default')
    .option('--fix', 'print what the findings suggest and are sure of as a patch for `git apply`; nothing is written')
    .option('--format <format>', `how findings are printed: ${findingFormats.join(', ')}`, 'text')
    .option('--fail-on <severity>', `exit 1 where a finding is at least as grave: ${severities.join(', ')}`);
  addTextSourceFlags(command);
  addRunFlags(command).action(async (files: string[], flags: ValidateFlags) => {
    done(await validate(files, flags, world));
  });
}

async function validate(files: string[], flags: ValidateFlags, world: World): Promise<ExitCode> {
  const options = await readValidation(flags, world);
  if (await areSeveral(files, options.checks.length, flags, world)) return validateOver(files, options, flags, world);
  return validateOne(files[0] ?? '-', options, flags, world);
}
