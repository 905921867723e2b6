// `fanfold/output`: for the file that has your schemas. `FanfoldPlugin` evaluates that file when it bundles workflows, so that nothing but
// JSON enters the sandbox.
import type * as z from 'zod';

import type { JsonSchema } from '../contract/json-schema.js';
import type { Output } from '../contract/output.js';
import { checkOutputSchema } from './check-output-schema.js';
import { outputSchema } from './output-schema.js';
import type { StandardJsonSchema } from './standard-schema.js';

export type { JsonSchema } from '../contract/json-schema.js';
export type { Output } from '../contract/output.js';
export type { StandardJsonSchema } from './standard-schema.js';

/** A schema of zod 4 or zod mini, or of another library that speaks Standard JSON Schema. */
export type OutputSchema = z.core.$ZodType | StandardJsonSchema;

/** No schema: a sentence for whoever reads the compiler's error. */
export type UnfitSchema =
  'Expected a schema of zod 4 or arktype, or of valibot within `toStandardJsonSchema` of @valibot/to-json-schema';

/** What fits a schema, as TypeScript has it. */
export type OutputOf<Schema extends OutputSchema> = Schema extends z.core.$ZodType
  ? z.output<Schema>
  : Schema extends { readonly '~standard': { readonly types?: infer Types } }
    ? NonNullable<Types> extends { readonly output: infer Value }
      ? Value
      : unknown
    : unknown;

/**
 * What a model is to put out, by a schema:
 * `export const Owed = output(z.object({ amount: z.string(), by: z.string() }))`. Its place is a file named `outputs.ts` or
 * `NAME.outputs.ts` that a workflow imports. A schema is one of zod 4 or zod mini, of arktype, of valibot through `toStandardJsonSchema` of
 * `@valibot/to-json-schema`, or of any other library that speaks Standard JSON Schema.
 *
 * @throws InputError naming the place, where the API or JSON Schema would silently make something else of the schema
 */
export function output<Schema extends OutputSchema>(schema: Schema): Output<OutputOf<Schema>>;
/** What the compiler says of any other schema. */
export function output(schema: UnfitSchema): never;
export function output(schema: OutputSchema | UnfitSchema): Output<unknown> {
  return { jsonSchema: outputSchema(schema as OutputSchema) };
}

/**
 * What a model is to put out, by its JSON Schema, for whoever has that already: `export const Owed = jsonOutput<OwedType>(schema)`. The
 * type is taken at its word. The same function of `fanfold/workflows` is for workflows.
 *
 * @throws InputError naming the place, where the API could not honour the schema
 */
export function jsonOutput<Value>(jsonSchema: JsonSchema): Output<Value> {
  checkOutputSchema(jsonSchema);
  return { jsonSchema };
}
