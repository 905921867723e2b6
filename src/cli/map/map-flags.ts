import { InputError } from '../../contract/errors.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import { checkOutputSchema, OutputSchemaError } from '../../plan/check-output-schema.js';
import type { MapInput } from '../../plan/map-plan.js';
import { parseCount } from '../read/numbers.js';
import { readTextFile } from '../read/read-text-file.js';
import { readPlacedYaml } from '../read/yaml-places.js';
import { runOptions } from '../run/run-flags.js';
import type { RunFlags } from '../run/run-flags.js';
import type { World } from '../world.js';

export interface MapFlags extends RunFlags {
  prompt?: string;
  promptFile?: string;
  system?: string;
  schema?: string;
  samples: string;
  vote?: true | string;
  where?: string;
  idField?: string;
  out?: string;
  resume?: boolean;
  retryFailed?: boolean;
  prefix: string;
}

/**
 * What the flags ask about each row.
 *
 * @throws InputError where they cannot be meant
 */
export async function readMap(flags: MapFlags, world: World): Promise<MapInput> {
  const { out, resume, retryFailed, system, vote } = flags;
  if (out === undefined && (resume === true || retryFailed === true)) {
    throw new InputError(`Expected \`--out\` where there is \`--${resume === true ? 'resume' : 'retry-failed'}\`.`);
  }
  if (resume === true && retryFailed === true) {
    throw new InputError(
      'Expected `--resume` or `--retry-failed`, got both: the latter goes on with missing rows, too.',
    );
  }
  return {
    ...runOptions(flags),
    prompt: await promptOf(flags, world),
    samples: parseCount(flags.samples, 'samples', 100),
    ...(system !== undefined && { system }),
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
  if (promptFile === undefined) return prompt ?? '';
  return (await readTextFile(promptFile, 'a prompt', world)).trimEnd();
}

/** @throws InputError with the file, and the line of what cannot be honoured */
async function schemaOf(path: string, world: World): Promise<JsonSchema> {
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
