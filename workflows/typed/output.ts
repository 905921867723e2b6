// Nothing of the library that a schema is written in: this is what enters the sandbox.
export type { Output } from '../../src/contract/output.js';
import type { Output } from '../../src/contract/output.js';
import type { JsonSchema } from '../../src/contract/json-schema.js';

/**
 * An output by its JSON Schema, for whoever has that already: `jsonOutput<Owed>(owedSchema)`. The type is taken at its word; with
 * `output` of `fanfold/output` the compiler takes it from the schema.
 */
export function jsonOutput<Value>(jsonSchema: JsonSchema): Output<Value> {
  return { jsonSchema };
}
