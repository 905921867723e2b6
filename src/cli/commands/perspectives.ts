import type { Command } from 'commander';

import { placeDocument, startRun } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { planPerspectives } from '../../plan/perspectives-plan.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import type { PerspectivesInput } from '../../plan/perspectives-plan.js';
import { defaultPerspectives } from '../../plan/specialists.js';
import { markdownLine } from '../../fold/visible-text.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import { dryRun } from '../run/dry-run.js';
import { parseDollars } from '../read/numbers.js';
import { readDocument } from '../read/read-document.js';
import type { Document } from '../read/read-document.js';
import { perspectivesOf } from '../read/read-perspectives.js';
import type { PerspectiveFlags } from '../read/read-perspectives.js';
import { addFanInFlags, addRunFlags, collect, fanInOptions, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';

interface PerspectivesFlags extends RunFlags, PerspectiveFlags {}

export function perspectivesCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('perspectives')
    .description('several specialists read one text at once; their readings are merged into a dict by perspective')
    .argument('<file>', 'text document, or - for standard input')
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
  addFanInFlags(addRunFlags(command)).action(async (file: string, flags: PerspectivesFlags) => {
    done(await perspectives(file, flags, world));
  });
}

async function perspectives(file: string, flags: PerspectivesFlags, world: World): Promise<ExitCode> {
  const options = {
    ...runOptions(flags),
    ...fanInOptions(flags),
    perspectives: await perspectivesOf(flags, world),
  };
  // Flags are checked before a byte of the document is read.
  planPerspectives({ ...options, document: { inline: '' } });
  if (flags.budget !== undefined) parseDollars(flags.budget, 'budget');
  const document = await readDocument(file, world);
  const plan = planPerspectives({ ...options, document: { inline: document.text } });
  if (flags.dryRun) return dryRun(plan, document.text, flags, world);
  const budget = await budgetOf(plan, document.text, flags, world);
  const need = { offline: plan.offline, concurrency: plan.policy.concurrency };
  return conductRun(need, flags, world, async (session) => {
    const input: PerspectivesInput = {
      ...options,
      ...budget,
      document: await placeDocument(document.text, session.store),
      title: document.title,
      searchable: session.searchable,
    };
    return startRun(session.client, {
      kind: 'perspectives',
      input,
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: `${document.title}: ${plan.branches.map(({ key }) => key).join(', ')}`,
      details: details(plan, document),
    });
  });
}

function details({ branches, policy, offline }: FanOutPlan, document: Document): string {
  const { join, timeoutMs, attempts, concurrency } = policy;
  return [
    `**${branches.length} perspectives** on ${markdownLine(document.title)} (${document.text.length.toLocaleString('en')} characters)`,
    '',
    ...branches.map(
      ({ key, request }) =>
        `- ${markdownLine(key)}: ${markdownLine(request.model)}, at most ${request.maxTokens} tokens`,
    ),
    '',
    `Join ${join}, ${formatDuration(timeoutMs)} and ${attempts} attempts a branch, at most ${concurrency} at once${offline ? ', offline model' : ''}.`,
  ].join('\n');
}
