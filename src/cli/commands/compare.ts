import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Command } from 'commander';
import * as z from 'zod';

import { placeDocument, startRun } from '../../client/index.js';
import { bestBy, planCompare } from '../../plan/compare-plan.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { parseDollars, parseChoice } from '../read/numbers.js';
import { markdownLine } from '../../contract/visible-text.js';
import { budgetOf } from '../run/budget-of.js';
import { conductRun } from '../run/conduct-run.js';
import { dryRun } from '../run/dry-run.js';
import { readDocument } from '../read/read-document.js';
import { readYaml } from '../read/read-yaml.js';
import { addRunFlags, collect, runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';
import { namesIn } from '../read/names-in.js';

interface CompareFlags extends RunFlags {
  models?: string;
  variant: string[];
  variants?: string;
  document?: string;
  best?: string;
  judgeModel?: string;
}

export function compareCommand(program: Command, world: World, done: (code: ExitCode) => void): void {
  const command = program
    .command('compare')
    .description('several models, or several prompts, answer at once; side by side, or the best of them')
    .argument('[prompt]', 'what all models are asked, or @FILE')
    .option('--models <ids>', 'comma-separated; the one of `--model` by default')
    .option('--variant <name=prompt>', 'a prompt with a name, several times; `name=@FILE` reads it', collect, [])
    .option('--variants <file>', 'prompts by name, in YAML')
    .option('--document <file>', 'what all prompts are about, or - for standard input')
    .option('--best <how>', `take the best answer: ${bestBy.join(', ')}; all of them without it`)
    .option('--criteria <text>', 'what the judge looks for')
    .option('--judge-model <id>', 'model that judges; the one of `--model` by default');
  addRunFlags(command).action(async (prompt: string | undefined, flags: CompareFlags) => {
    done(await compare(prompt, flags, world));
  });
}

async function compare(prompt: string | undefined, flags: CompareFlags, world: World): Promise<ExitCode> {
  if (flags.budget !== undefined) parseDollars(flags.budget, 'budget');
  const options = {
    ...runOptions(flags),
    variants: await readVariants(prompt, flags, world),
    ...(flags.models !== undefined && { models: namesIn(flags.models) }),
    ...(flags.best !== undefined && { best: parseChoice(flags.best, 'best', bestBy) }),
    ...(flags.criteria !== undefined && { criteria: flags.criteria }),
    ...(flags.judgeModel !== undefined && { judgeModel: flags.judgeModel }),
  } satisfies CompareInput;
  // Flags are checked before a byte is read.
  planCompare(options);
  const document = flags.document === undefined ? undefined : await readDocument(flags.document, world);
  const plan = planCompare({ ...options, ...(document && { document: { inline: document.text } }) });
  if (flags.dryRun) return dryRun(plan, document?.text, flags, world);
  const budget = await budgetOf(plan, document?.text, flags, world);
  const need = { offline: plan.offline, concurrency: plan.policy.concurrency };
  const keys = plan.branches.map(({ key }) => key);
  return conductRun(need, flags, world, async ({ client, store, searchable }) =>
    startRun(client, {
      kind: 'compare',
      input: {
        ...options,
        ...budget,
        ...(document && { document: await placeDocument(document.text, store) }),
        searchable,
      },
      ...(flags.id !== undefined && { workflowId: flags.id }),
      summary: keys.join(', ').slice(0, 180),
      details: [
        `**${keys.length} answers** compared${document === undefined ? '' : ` on ${markdownLine(document.title)}`}`,
        '',
        ...keys.map((key) => `- ${markdownLine(key)}`),
      ].join('\n'),
    }),
  );
}

const shape = z.strictObject({ variants: z.record(z.string(), z.string().min(1)) });

/** The prompt of the command line, those of `--variant`, and those of the file, in that order. */
async function readVariants(
  prompt: string | undefined,
  { variant, variants }: CompareFlags,
  world: World,
): Promise<CompareInput['variants']> {
  const named = variant.map((given) => {
    const [, name, text] = /^([^=]+)=([^]+)$/.exec(given) ?? [];
    if (name === undefined || text === undefined) {
      throw new InputError(`Expected \`variant\` to be name=prompt, got ${JSON.stringify(given.slice(0, 60))}.`);
    }
    return { name, prompt: text };
  });
  const filed = variants === undefined ? [] : await readFiled(variants, world);
  const all = [...(prompt === undefined ? [] : [{ name: 'prompt', prompt }]), ...named, ...filed];
  if (all.length === 0) throw new InputError('Expected a prompt, `--variant` or `--variants`, got none of them.');
  return Promise.all(all.map(async ({ name, prompt: text }) => ({ name, prompt: await promptText(text, world) })));
}

async function readFiled(path: string, world: World): Promise<{ name: string; prompt: string }[]> {
  const read = shape.safeParse(await readYaml(path, 'a file of prompts', world));
  if (read.success) return Object.entries(read.data.variants).map(([name, prompt]) => ({ name, prompt }));
  const [issue] = read.error.issues;
  throw new InputError(
    `${path}: at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}.`,
    'Its shape is `variants: { short: "…", long: "…" }`.',
  );
}

async function promptText(given: string, world: World): Promise<string> {
  const text = given.startsWith('@')
    ? await readFile(resolve(world.cwd, given.slice(1)), 'utf8').catch((error: Error) => {
        throw new InputError(`Expected a file after \`@\`, got \`${given}\`: ${error.message}`);
      })
    : given;
  if (text.trim() === '') throw new InputError('Expected a prompt, got an empty one.');
  return text;
}
