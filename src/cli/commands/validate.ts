import type { Command } from 'commander';

import { placeDocument, placeValue, startRun } from '../../client/index.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { dialects } from '../../contract/dialects.js';
import { severities } from '../../fold/findings.js';
import { checkNames, defaultTone, planValidate } from '../../plan/validate-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import { markdownLine } from '../../fold/visible-text.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import { dryRun } from '../run/dry-run.js';
import { findingFormats } from '../show/print-findings.js';
import { sayRead } from '../read/say-read.js';
import { sayer } from '../home/session.js';
import { registerOwn } from '../home/register-own.js';
import { addRunFlags, collect } from '../run/run-flags.js';
import { readTexts, readValidation } from '../run/validate-input.js';
import type { ValidateFlags } from '../run/validate-input.js';
import { withHits } from '../run/one-piece.js';
import { addTextSourceFlags } from '../run/source-of.js';
import type { World } from '../world.js';
import { areSeveral } from './over-flags.js';
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
  if (await areSeveral(files, flags, world)) return validateOver(files, options, flags, world);
  const [file = '-'] = files;
  const { sources } = options;
  // Flags are checked before a byte is read.
  planValidate({ ...options, text: '', document: { inline: '' } });
  const { text, title, place, references, read } = await readTexts(
    file,
    flags,
    options.checks,
    world,
    sayer(world, flags.quiet),
  );
  const inline = references.map(({ name, text: reference }) => ({ name, text: { inline: reference } }));
  const plan = planValidate({ ...options, text, document: { inline: text }, references: inline });
  // A prompt's parts are counted as the text that they make together.
  const asked = {
    ...plan.asked,
    branches: plan.asked.branches.map((branch) => withHits(branch, sources !== undefined)),
  };
  sayRead(read, sayer(world, flags.quiet));
  if (flags.dryRun) return dryRun(asked, text, flags, world, { read });
  const { budget } = await budgetOf(asked, text, flags, world);
  // Patterns cost nothing, and need no key.
  const asksModel = plan.asked.branches.length > 0;
  const { offline, policy } = plan.asked;
  const need = { offline: offline || !asksModel, asksModel, concurrency: policy.concurrency };
  return conductRun(
    need,
    { ...flags, file: file === '-' ? 'stdin' : file, place, ...(flags.fix === true && { fixOf: text }) },
    world,
    async ({ client, store, searchable }) => {
      await registerOwn({ sources }, world);
      const input: ValidateInput = {
        ...options,
        ...(budget && {
          budget: {
            ...budget,
            boundsUsd: [...budget.boundsUsd, ...plan.keys.slice(budget.boundsUsd.length).map(() => 0)],
          },
        }),
        text,
        document: await placeDocument(text, store),
        ...(references.length > 0 && {
          references: await Promise.all(
            references.map(async ({ name, text: reference }) => ({ name, text: await placeValue(reference, store) })),
          ),
        }),
        title,
        searchable,
      };
      return startRun(client, {
        kind: 'validate',
        input,
        ...(flags.id !== undefined && { workflowId: flags.id }),
        summary: `${title}: ${plan.keys.join(', ')}`,
        details: `**${plan.keys.length} checks** on ${markdownLine(title)} (${text.length.toLocaleString('en')} characters): ${markdownLine(plan.keys.join(', '))}.`,
      });
    },
  );
}
