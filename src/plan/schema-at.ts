import type { JsonSchema } from '../contract/json-schema.js';
import { definitionNamed } from './check-output-schema.js';

/** What a schema says of a place inside its values. */
export type SchemaAt =
  | { kind: 'schema'; schema: JsonSchema }
  /** Values have nothing there; `names` is what they have in its place. */
  | { kind: 'nothing'; missing: string; names: string[] }
  /** Several variants, or an item of a list: the values decide. */
  | { kind: 'unknown' };

/** The schema of what lies at a path inside the values of a schema that has been found in order. */
export function schemaAt(root: JsonSchema, path: readonly string[]): SchemaAt {
  let at = resolved(root, root);
  for (const name of path) {
    if (variantsOf(at).length > 0 || at['type'] === 'array') return { kind: 'unknown' };
    const properties = (at['properties'] ?? {}) as Record<string, JsonSchema>;
    if (!Object.hasOwn(properties, name)) return { kind: 'nothing', missing: name, names: Object.keys(properties) };
    at = resolved(properties[name] ?? {}, root);
  }
  return { kind: 'schema', schema: at };
}

/** The types that values of a schema can have, unions opened; none where it does not say. */
export function typesIn(schema: JsonSchema, root: JsonSchema): string[] {
  const at = resolved(schema, root);
  const variants = variantsOf(at);
  if (variants.length > 0) return [...new Set(variants.flatMap((variant) => typesIn(variant, root)))];
  return [at['type']].flat().filter((type) => typeof type === 'string');
}

function variantsOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] {
  return (anyOf ?? oneOf ?? []) as JsonSchema[];
}

function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = definitionNamed(schema['$ref']);
  if (name === undefined) return schema;
  return resolved(((root['$defs'] ?? {}) as Record<string, JsonSchema>)[name] ?? {}, root);
}
