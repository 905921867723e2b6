// Nothing of the library that a schema is written in: this is what enters the sandbox.
export type { Output } from '../../src/contract/output.js';
import type { Output } from '../../src/contract/output.js';
import type { JsonSchema } from '../../src/contract/json-schema.js';
import { checkOutputSchema } from '../../src/plan/check-output-schema.js';
import { checked } from '../engine/checked.js';

/** Schemas that are known to be usable: one is checked once, however many questions have it. */
const usable = new WeakSet<JsonSchema>();

/**
 * An output by its JSON Schema, for whoever has that already: `jsonOutput<Owed>(owedSchema)`. The type is taken at its word; with
 * `output` of `fanfold/output` the compiler takes it from the schema.
 *
 * @throws ApplicationFailure `BadInput` where the API could not honour the schema, naming the place
 */
export function jsonOutput<Value>(jsonSchema: JsonSchema): Output<Value> {
  checkSchema(jsonSchema);
  return { jsonSchema };
}

/** @throws ApplicationFailure `BadInput` */
export function checkSchema(jsonSchema: JsonSchema): void {
  if (usable.has(jsonSchema)) return;
  checked(() => checkOutputSchema(jsonSchema));
  usable.add(jsonSchema);
}
