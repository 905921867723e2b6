import type { JsonSchema } from '../../contract/json-schema.js';
import { workflowTypes } from '../../contract/names.js';
import { inputSchemas } from './inputs.js';
import { resultSchema } from './results.js';
import type { Schema } from './schema.js';

/** The schema files of the package, by name. */
export function schemaFiles(): Record<string, JsonSchema> {
  return Object.fromEntries(
    workflowTypes.flatMap((kind) => [
      [`${kind}.input.json`, fileOf(inputSchemas[kind])],
      [`${kind}.result.json`, fileOf(resultSchema(kind))],
    ]),
  );
}

function fileOf(schema: Schema): JsonSchema {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...(published(schema) as JsonSchema) };
}

/** A schema without what JSON Schema does not know, and without what nobody but fanfold may write. */
function published(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(published);
  if (typeof part !== 'object' || part === null) return part;
  const { uniqueBy, ...rest } = part as { uniqueBy?: string; description?: string };
  const said =
    uniqueBy === undefined ? {} : { description: `${rest.description} No two have the same \`${uniqueBy}\`.` };
  const entries = Object.entries({ ...rest, ...said }).filter(([name]) => name !== 'carried');
  return Object.fromEntries(entries.map(([name, value]) => [name, published(value)]));
}
