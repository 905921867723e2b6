import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';

import type { JsonSchema } from '../../contract/json-schema.js';
import { definitionNamed, hasPatternsOnly } from '../../plan/check-output-schema.js';

/** The property that a list, a union or a single value is asked for in: the API takes objects only. */
const inside = 'value';

/** Whether a schema is asked for inside an object. */
export function isWrapped({ type }: JsonSchema): boolean {
  return type !== 'object';
}

/** A schema in the words that the API takes: an object, whose bounds and patterns stand in the descriptions. */
export function wireOf(schema: JsonSchema): JsonSchema {
  const whole = isWrapped(schema) ? wrapped(schema) : schema;
  const told = withPatternsTold(withRemarks(whole, (schema['$defs'] ?? {}) as Record<string, JsonSchema>));
  return jsonSchemaOutputFormat(told as { type: 'object' }).schema as JsonSchema;
}

/** Takes the value out of the object that it was asked for in. A model that has answered without one is understood. */
export function unwrapped(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const names = Object.keys(json);
  return names.length === 1 && names[0] === inside ? (json as Record<string, unknown>)[inside] : json;
}

function wrapped({ $defs, ...schema }: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { [inside]: schema },
    required: [inside],
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
  };
}

/** A reference with remarks beside it is written out, for the wire has nothing beside one: the remarks would not be read. */
function withRemarks(part: unknown, definitions: Readonly<Record<string, JsonSchema>>): unknown {
  if (Array.isArray(part)) return part.map((each) => withRemarks(each, definitions));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref, ...remarks } = part as JsonSchema;
  const definition = typeof $ref === 'string' ? definitions[definitionNamed($ref) ?? ''] : undefined;
  if (definition !== undefined && Object.keys(remarks).length > 0) {
    const description = [remarks['description'], definition['description']].filter((each) => typeof each === 'string');
    return withRemarks(
      { ...definition, ...remarks, ...(description.length > 0 && { description: description.join('\n') }) },
      definitions,
    );
  }
  return Object.fromEntries(Object.entries(part).map(([keyword, value]) => [keyword, withRemarks(value, definitions)]));
}

/**
 * Several patterns of one text become a word that the API does not know, and that is told in the description like `pattern`. That a
 * pattern has no flags is not told: it looks like none.
 */
function withPatternsTold(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withPatternsTold);
  if (typeof part !== 'object' || part === null) return part;
  const { allOf, ...own } = part as JsonSchema;
  if (allOf !== undefined && hasPatternsOnly(part as JsonSchema)) return { ...own, patterns: withPatternsTold(allOf) };
  if (own['patternFlags'] === '' && typeof own['pattern'] === 'string') delete own['patternFlags'];
  return Object.fromEntries(
    Object.entries({ ...own, ...(allOf !== undefined && { allOf }) }).map(([keyword, value]) => [
      keyword,
      withPatternsTold(value),
    ]),
  );
}
