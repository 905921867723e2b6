import type { JsonSchema } from '../../contract/json-schema.js';
import { withinLimit } from '../within-limit.js';
import type { Limited } from '../within-limit.js';

/**
 * Where a value does not fit a schema; `undefined` where it fits.
 *
 * @throws Error where the schema is none, or too large
 */
export async function checkSchema({
  schema,
  value,
  limitMs,
}: {
  schema: JsonSchema;
  value: unknown;
  limitMs: number;
}): Promise<Limited<string | undefined>> {
  // Loaded on demand: most threads have no use for it.
  const { compiledSchema } = await import('../schema-check.js');
  const { check } = compiledSchema(schema);
  return withinLimit(limitMs, () => check(value));
}
