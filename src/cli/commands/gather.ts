import type { Command } from 'commander';

import { startRun } from '../../client/index.js';
import { formatDuration } from '../../contract/duration.js';
import { InputError } from '../../contract/errors.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { gatherDefaults, planGather } from '../../plan/gather-plan.js';
import type { GatherInput } from '../../plan/gather-plan.js';
import { markdownLine } from '../../fold/visible-text.js';
import { modelDefaults } from '../../contract/options.js';
import { conductRun } from '../run/conduct-run.js';
import { counted, parseCount, parseDollars } from '../read/numbers.js';
import { builtInSources, readSources } from '../read/read-sources.js';
import { registerOwn } from '../home/register-own.js';
import { addRunFlags, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import { json, line } from '../show/terminal-text.js';
import type { World } from '../world.js';
import { namesIn } from '../read/names-in.js';
import { beginningOf } from '../../contract/cut-text.js';

interface GatherFlags extends RunFlags {
  sources?: string;
  sourcesFile?: string;
  limit: string;
  answer?: boolean;
}

export function gatherCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('gather')
    .description('several sources searched at once; one ranked list without repetitions, or an answer from it')
    .argument('<question>', 'what to search for')
    .option(
      '--sources <names>',
      `comma-separated: ${builtInSources.join(', ')}, files:FOLDER, and names of \`--sources-file\`; those of the file, or all built-in ones, by default`,
    )
    .option('--sources-file <file>', 'sources of your own in YAML')
    .option('--limit <n>', 'most hits', String(gatherDefaults.limit))
    .option('--answer', 'have a model answer from the hits, each statement with its number');
  addRunFlags(command, { ...gatherDefaults, maxTokens: modelDefaults.maxTokens }, ['economy', 'hedge']).action(
    async (question: string, flags: GatherFlags) => {
      done(await gather(question, flags, world));
    },
  );
}

async function gather(question: string, flags: GatherFlags, world: World): Promise<ExitCode> {
  const options = runOptions(flags);
  if (options.economy || options.hedge) {
    throw new InputError('Expected no `--economy` or `--hedge` for a search: only `--answer` asks a model, once.');
  }
  if (flags.budget !== undefined && flags.answer !== true) {
    throw new InputError('Expected `--budget` together with `--answer`: a search costs nothing.');
  }
  const given = namesIn(flags.sources);
  const input: GatherInput = {
    ...options,
    question,
    sources: await readSources(given, flags.sourcesFile, world),
    limit: parseCount(flags.limit, 'limit', 200),
    ...(flags.answer === true && { answer: true }),
    ...(flags.budget !== undefined && { budgetUsd: parseDollars(flags.budget, 'budget') }),
  };
  const plan = planGather(input);
  const names = plan.sources.map(({ name }) => name);
  if (flags.dryRun) {
    const branches = plan.sources.map(({ name, kind }) => ({ key: name, kind }));
    world.stdout.write(
      flags.json || flags.ndjson
        ? json({ branches, answer: input.answer === true })
        : line`${names.join(', ')}; at most ${formatDuration(plan.policy.timeoutMs)} and ${plan.policy.attempts} tries each.\nNothing was started.\n`,
    );
    return exitCodes.complete;
  }
  // Only an answer needs a key.
  const asksModel = input.answer === true;
  const need = {
    beginsWithOne: true as const,
    offline: plan.model.offline || !asksModel,
    asksModel,
    concurrency: plan.policy.concurrency,
  };
  return conductRun(need, flags, world, async ({ client, searchable }) => {
    await registerOwn(input, world);
    return startRun(client, {
      kind: 'gather',
      input: { ...input, searchable },
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: `${beginningOf(question, 100)}: ${names.join(', ')}`,
      details: `**${counted(names.length, 'source')}** searched for: ${markdownLine(beginningOf(question, 500))}`,
    });
  });
}
