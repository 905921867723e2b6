import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { bestBy, planCompare } from '../../plan/compare-plan.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { parseDollars, parseChoice } from '../read/numbers.js';
import { markdownLine } from '../../fold/visible-text.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun, questionsIn } from '../run/conduct-run.js';
import { dryRun } from '../run/dry-run.js';
import { placed, planned, readDocument } from '../read/read-document.js';
import { readVariants } from '../read/read-variants.js';
import { tellRead } from '../read/say-read.js';
import { addRunFlags, collect, runOptions } from '../run/run-flags.js';
import { addPdfFlag, readingOf } from '../run/pdf-flag.js';
import { modelsOf } from '../run/size-of-document.js';
import type { World } from '../world.js';
import { addRowsFlags, answersOf, checkNoRows, compareRows } from './compare-rows.js';
import type { CompareRowsFlags } from './compare-rows.js';
import { beginningOf } from '../../contract/cut-text.js';

interface CompareFlags extends CompareRowsFlags {
  variant: string[];
  variants?: string;
  document?: string;
  best?: string;
  judgeModel?: string;
  pdf: string;
}

export function compareCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('compare')
    .description('several models, or several prompts, answer at once; side by side, or the best of them')
    .argument('[prompt]', 'what all models are asked, or @FILE')
    .option('--models <ids>', 'comma-separated; the one of `--model` by default')
    .option('--variant <name=prompt>', 'a prompt with a name, several times; `name=@FILE` reads it', collect, [])
    .option('--variants <file>', 'prompts by name, in YAML')
    .option('--schema <file>', 'JSON Schema of an answer, in JSON or YAML; plain text without it')
    .option(
      '--from <rows>',
      'compare over each row of a table: CSV, JSON Lines, Parquet; prompts name its columns as {{ column }}',
    )
    .option('--document <file>', 'what all prompts are about: text, HTML, PDF or an image; or - for standard input')
    .option('--best <how>', `take the best answer: ${bestBy.join(', ')}; all of them without it`)
    .option('--criteria <text>', 'what the judge looks for')
    .option('--judge-model <id>', 'model that judges; the one of `--model` by default');
  addRunFlags(addRowsFlags(addPdfFlag(command))).action(async (prompt: string | undefined, flags: CompareFlags) => {
    done(await compare(prompt, flags, world));
  });
}

async function compare(prompt: string | undefined, flags: CompareFlags, world: World): Promise<ExitCode> {
  if (flags.budget !== undefined) parseDollars(flags.budget, 'budget');
  const options = {
    ...runOptions(flags),
    variants: await readVariants(prompt, flags, world),
    ...(await answersOf(flags, world)),
    ...(flags.best !== undefined && { best: parseChoice(flags.best, 'best', bestBy) }),
    ...(flags.criteria !== undefined && { criteria: flags.criteria }),
    ...(flags.judgeModel !== undefined && { judgeModel: flags.judgeModel }),
  } satisfies CompareInput;
  if (flags.from !== undefined) return compareRows(flags.from, options, flags, world);
  checkNoRows(flags);
  // Flags are checked before a byte is read.
  const { branches } = planCompare(options);
  const reading = readingOf(flags, modelsOf(branches));
  const document = flags.document === undefined ? undefined : await readDocument(flags.document, world, reading);
  const plan = planCompare({ ...options, ...(document && { document: planned(document) }) });
  const read = tellRead(document === undefined ? [] : [document], flags, world);
  if (flags.dryRun) return dryRun(plan, document?.text, flags, world, { read });
  const budget = await budgetOf(plan, document?.text, flags, world);
  const need = {
    offline: plan.offline,
    models: modelsOf(plan.branches),
    concurrency: plan.policy.concurrency,
    ...questionsIn(plan, document?.text),
  };
  const keys = plan.branches.map(({ key }) => key);
  return conductRun(need, flags, world, async ({ client, store, searchable }) =>
    startRun(client, {
      kind: 'compare',
      input: {
        ...options,
        ...budget,
        ...(document && { document: await placed(document, store) }),
        searchable,
      },
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: beginningOf(keys.join(', '), 180),
      details: [
        `**${keys.length} answers** compared${document === undefined ? '' : ` on ${markdownLine(document.title)}`}`,
        '',
        ...keys.map((key) => `- ${markdownLine(key)}`),
      ].join('\n'),
    }),
  );
}
