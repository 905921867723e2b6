import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { InputError } from '../../contract/errors.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import type { MapInput } from '../../plan/map-plan.js';
import { parseCount } from '../read/numbers.js';
import { readYaml } from '../read/read-yaml.js';
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
  const text = await readFile(resolve(world.cwd, promptFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'which does not exist' : error.message;
    throw new InputError(`Expected a prompt in \`${promptFile}\`, ${reason}.`);
  });
  return text.replace(/^\uFEFF/, '').trimEnd();
}

async function schemaOf(path: string, world: World): Promise<JsonSchema> {
  const schema = await readYaml(path, 'a JSON Schema', world);
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema as JsonSchema;
  throw new InputError(
    `Expected a JSON Schema in \`${path}\`, got ${JSON.stringify(schema)?.slice(0, 60) ?? 'nothing'}.`,
  );
}
