import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import { compareQuestion } from '../map/compare-question.js';
import { checkRowsFlags, schemaOf } from '../map/map-flags.js';
import type { RowsFlags } from '../map/map-flags.js';
import { runRows } from '../map/run-rows.js';
import { namesIn } from '../read/names-in.js';
import type { World } from '../world.js';

export { addRowsFlags } from '../map/map-flags.js';

/** The flags that say who answers and about which rows. */
export interface CompareRowsFlags extends RowsFlags {
  from?: string;
  schema?: string;
  models?: string;
  document?: string;
}

/** @throws InputError where the schema cannot be read */
export async function answersOf(
  { schema, models }: CompareRowsFlags,
  world: World,
): Promise<Pick<CompareInput, 'schema' | 'models'>> {
  return {
    ...(schema !== undefined && { schema: await schemaOf(schema, world) }),
    ...(models !== undefined && { models: namesIn(models) }),
  };
}

/** Compares over each row of a table. */
export async function compareRows(
  from: string,
  options: CompareInput,
  flags: CompareRowsFlags,
  world: World,
): Promise<ExitCode> {
  checkRowsFlags(flags);
  if (flags.document !== undefined) throw new InputError('Expected `--from` or `--document`, got both.');
  return runRows(from, compareQuestion(options), flags, world);
}

/** @throws InputError where something is said of rows, and there are none */
export function checkNoRows({ where, idField, out, resume, retryFailed }: CompareRowsFlags): void {
  const given = {
    '--where': where,
    '--id-field': idField,
    '--out': out,
    '--resume': resume,
    '--retry-failed': retryFailed,
  };
  const name = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (name !== undefined) throw new InputError(`Expected \`--from\` where there is \`${name}\`.`);
}
