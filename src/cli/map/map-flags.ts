import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import { checkOutputSchema, OutputSchemaError } from '../../plan/check-output-schema.js';
import type { MapInput } from '../../plan/map-plan.js';
import { parseCount } from '../read/numbers.js';
import { readTextFile } from '../read/read-text-file.js';
import { textOrFile } from '../read/text-or-file.js';
import { readPlacedYaml } from '../read/yaml-places.js';
import { runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';

/** The flags of a run over rows: which of them, and where their answers go. */
export interface RowsFlags extends RunFlags {
  where?: string;
  idField?: string;
  out?: string;
  resume?: boolean;
  retryFailed?: boolean;
  prefix: string;
}

export interface MapFlags extends RowsFlags {
  prompt?: string;
  promptFile?: string;
  system?: string;
  schema?: string;
  samples: string;
  vote?: true | string;
}

/** Adds the flags of {@link RowsFlags}. */
export function addRowsFlags(command: Command): Command {
  return command
    .option('--where <filter>', "take the rows for which this holds, such as @.price > 10 && @.lang == 'de'")
    .option('--id-field <name>', 'column that names a row; its number by default')
    .option(
      '--out <file>',
      'write a row for each row, in input order, as they come: .jsonl, .csv, .tsv, .json, .parquet',
    )
    .option('--resume', 'go on behind the rows that `--out` has')
    .option('--retry-failed', 'ask again about the rows of `--out` that failed, and about those that are missing')
    .option('--prefix <text>', "what stands before the names of the answer's columns", '');
}

/** @throws InputError where flags about rows contradict each other */
export function checkRowsFlags({ out, resume, retryFailed }: RowsFlags): void {
  if (out === undefined && (resume === true || retryFailed === true)) {
    throw new InputError(`Expected \`--out\` where there is \`--${resume === true ? 'resume' : 'retry-failed'}\`.`);
  }
  if (resume === true && retryFailed === true) {
    throw new InputError(
      'Expected `--resume` or `--retry-failed`, got both: the latter goes on with missing rows, too.',
    );
  }
}

/**
 * What the flags ask about each row.
 *
 * @throws InputError where they cannot be meant
 */
export async function readMap(flags: MapFlags, world: World): Promise<MapInput> {
  const { system, vote } = flags;
  checkRowsFlags(flags);
  return {
    ...runOptions(flags),
    prompt: await promptOf(flags, world),
    samples: parseCount(flags.samples, 'samples', 100),
    ...(system !== undefined && { system: await textOrFile(system, systemIn, world) }),
    ...(flags.schema !== undefined && { schema: await schemaOf(flags.schema, world) }),
    ...(vote !== undefined && { vote }),
  };
}

async function promptOf({ prompt, promptFile }: MapFlags, world: World): Promise<string> {
  if ((prompt === undefined) === (promptFile === undefined)) {
    throw new InputError(
      `Expected \`--prompt\` or \`--prompt-file\`, got ${prompt === undefined ? 'neither' : 'both'}.`,
      'A prompt names columns of the row: `Is this spam? {{ subject }}`.',
    );
  }
  return promptFile === undefined ? textOrFile(prompt ?? '', promptIn, world) : promptIn(promptFile, world);
}

async function promptIn(path: string, world: World): Promise<string> {
  return (await readTextFile(path, 'a prompt', world)).trimEnd();
}

async function systemIn(path: string, world: World): Promise<string> {
  return (await readTextFile(path, 'a system prompt', world)).trimEnd();
}

/** @throws InputError with the file, and the line of what cannot be honoured */
export async function schemaOf(path: string, world: World): Promise<JsonSchema> {
  const { value, placeOf } = await readPlacedYaml(path, 'a JSON Schema', world);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError(
      `Expected a JSON Schema in \`${path}\`, got ${JSON.stringify(value)?.slice(0, 60) ?? 'nothing'}.`,
    );
  }
  try {
    checkOutputSchema(value as JsonSchema);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const place = error instanceof OutputSchemaError ? placeOf(error.path) : path;
    throw new InputError(`${place}: ${error.message}`, error.advice);
  }
  return value as JsonSchema;
}
