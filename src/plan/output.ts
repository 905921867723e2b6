// `fanfold/output`: for the file that has your schemas. `FanfoldPlugin` evaluates that file when it bundles workflows, so that nothing but
// JSON enters the sandbox.
import type * as z from 'zod';

import type { Output } from '../contract/output.js';
import { outputSchema } from './output-schema.js';

export type { Output } from '../contract/output.js';

/**
 * What a model is to put out, by a schema:
 * `export const Owed = output(z.object({ amount: z.string(), by: z.string() }))`. Its place is a file named `outputs.ts` or
 * `NAME.outputs.ts` that a workflow imports.
 *
 * @throws InputError naming the place, where the API or JSON Schema would silently make something else of the schema
 */
export function output<Schema extends z.ZodType>(schema: Schema): Output<z.output<Schema>> {
  return { jsonSchema: outputSchema(schema) };
}
