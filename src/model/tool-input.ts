import type { Tool } from '@anthropic-ai/sdk/resources/messages';

import type { JsonSchema } from '../contract/json-schema.js';

/** Keywords that bring schemas together; the API refuses them at the top of what a tool takes. */
const combining = ['anyOf', 'oneOf', 'allOf'] as const;

/**
 * What a tool takes in the words that the API takes. A union or a combination at the top becomes one object that has the properties of
 * all: what may go together is told in its description, and whoever runs the tool holds the input against the schema as it was given.
 */
export function toolInputOf(schema: JsonSchema): Tool.InputSchema {
  if (combining.every((keyword) => schema[keyword] === undefined)) return { ...schema, type: 'object' };
  const { anyOf, oneOf, allOf, ...own } = schema;
  const variants = [anyOf, oneOf].flatMap((some) => objectsIn(some, schema));
  const parts = objectsIn(allOf, schema);
  const shared =
    variants.length === 0
      ? []
      : requiredOf(variants[0] ?? {}).filter((name) => variants.every((each) => requiredOf(each).includes(name)));
  const required = [...new Set([own, ...parts].flatMap(requiredOf).concat(shared))];
  const said = Object.fromEntries(
    combining.flatMap((keyword) => (schema[keyword] === undefined ? [] : [[keyword, schema[keyword]]])),
  );
  const described = typeof own['description'] === 'string' ? `${own['description']}\n\n` : '';
  return {
    ...own,
    type: 'object',
    properties: propertiesOf([own, ...parts, ...variants]),
    ...(required.length > 0 && { required }),
    description: `${described}It must fit ${JSON.stringify(said)}`,
  };
}

/** The properties of all, those of one name in different words as a union. */
function propertiesOf(schemas: readonly JsonSchema[]): JsonSchema {
  const found = new Map<string, string[]>();
  for (const { properties = {} } of schemas) {
    for (const [name, schema] of Object.entries(properties as object)) {
      const json = JSON.stringify(schema);
      const known = found.get(name) ?? [];
      if (!known.includes(json)) found.set(name, [...known, json]);
    }
  }
  return Object.fromEntries(
    [...found].map(([name, jsons]): [string, unknown] => {
      const schemas = jsons.map((json) => JSON.parse(json) as JsonSchema);
      return [name, schemas.length === 1 ? schemas[0] : { anyOf: schemas }];
    }),
  );
}

function requiredOf({ required }: JsonSchema): string[] {
  return Array.isArray(required) ? required.map(String) : [];
}

/** The schemas of a combination, those that stand in the definitions looked up. */
function objectsIn(parts: unknown, root: JsonSchema): JsonSchema[] {
  if (!Array.isArray(parts)) return [];
  return parts
    .map((part: JsonSchema | null) => {
      const [, keyword = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(String(part?.['$ref'])) ?? [];
      const definitions = (root[keyword] ?? {}) as Record<string, JsonSchema>;
      return Object.hasOwn(definitions, name) ? definitions[name] : part;
    })
    .filter((part): part is JsonSchema => typeof part === 'object' && part !== null);
}
