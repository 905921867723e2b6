import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { planPerspectives } from '../../plan/perspectives-plan.js';
import type { PerspectivesInput } from '../../plan/perspectives-plan.js';
import { defaultPerspectives } from '../../plan/specialists.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun, questionsIn } from '../run/conduct-run.js';
import { detailsOf } from '../run/perspectives-details.js';
import { dryRun } from '../run/dry-run.js';
import { parseDollars } from '../read/numbers.js';
import { placed, planned, readDocument } from '../read/read-document.js';
import { tellRead } from '../read/say-read.js';
import { perspectivesOf } from '../read/read-perspectives.js';
import type { PerspectiveFlags } from '../read/read-perspectives.js';
import { addFanInFlags, addRunFlags, collect, fanInOptions, runOptions } from '../run/run-flags.js';
import { readingOf } from '../run/pdf-flag.js';
import { modelsOf } from '../run/size-of-document.js';
import { addOverFlags, areSeveral, perspectivesOver } from './perspectives-over.js';
import type { OverFlags } from './perspectives-over.js';
import type { World } from '../world.js';

interface PerspectivesFlags extends OverFlags, PerspectiveFlags {}

export function perspectivesCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('perspectives')
    .description('several specialists read one text at once, or each of many; readings are merged by perspective')
    .argument('[files...]', 'document or image, or - for standard input; several, folders and patterns: each is read')
    .option(
      '--perspectives <names>',
      `comma-separated, in the order of the result; ${defaultPerspectives.join(',')} where no others are given`,
    )
    .option(
      '--perspective <key:instruction>',
      'one of your own, such as "tax: What is taxed?"; may be repeated',
      collect,
    )
    .option(
      '--perspectives-file <file>',
      'your own in YAML or JSON: instruction, and model, schema, weight or maxTokens',
    );
  addOverFlags(command);
  addFanInFlags(addRunFlags(command)).action(async (files: string[], flags: PerspectivesFlags) => {
    done(await perspectives(files, flags, world));
  });
}

async function perspectives(files: string[], flags: PerspectivesFlags, world: World): Promise<ExitCode> {
  const options = {
    ...runOptions(flags),
    ...fanInOptions(flags),
    perspectives: await perspectivesOf(flags, world),
  };
  if (await areSeveral(files, options.perspectives.length, flags, world))
    return perspectivesOver(files, options, flags, world);
  const [file = '-'] = files;
  // Flags are checked before a byte of the document is read.
  const { branches } = planPerspectives({ ...options, document: { inline: '' } });
  const reading = readingOf(flags, modelsOf(branches));
  if (flags.budget !== undefined) parseDollars(flags.budget, 'budget');
  const document = await readDocument(file, world, reading);
  const plan = planPerspectives({ ...options, document: planned(document) });
  const read = tellRead([document], flags, world);
  if (flags.dryRun) return dryRun(plan, document.text, flags, world, { read });
  const budget = await budgetOf(plan, document.text, flags, world);
  const need = {
    offline: plan.offline,
    models: modelsOf(plan.branches),
    concurrency: plan.policy.concurrency,
    ...questionsIn(plan, document.text),
  };
  return conductRun(need, flags, world, async (session) => {
    const input: PerspectivesInput = {
      ...options,
      ...budget,
      document: await placed(document, session.store),
      title: document.title,
      searchable: session.searchable,
    };
    return startRun(session.client, {
      kind: 'perspectives',
      input,
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: `${document.title}: ${plan.branches.map(({ key }) => key).join(', ')}`,
      details: detailsOf(plan, document),
    });
  });
}
