import type { JsonSchema } from '../../contract/json-schema.js';
import { InputError } from '../../contract/errors.js';
import { compiledSchema } from '../../cpu/schema-check.js';

/**
 * Checks what a tool takes, which the API would refuse in the first turn: that it is a JSON Schema of 2020-12, its patterns compile and
 * its references lead somewhere.
 *
 * @param where the file that it comes from, and the tool's name
 * @throws InputError
 */
export function checkToolSchema(schema: JsonSchema, where: string): void {
  // Older drafts are named by servers that use nothing of them.
  const { $schema: _, ...own } = schema;
  try {
    compiledSchema(own);
  } catch (error) {
    throw new InputError(
      `${where}: Expected what it takes to be a JSON schema, got one that is none: ${(error as Error).message}.`,
    );
  }
}
