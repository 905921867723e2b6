import * as z from 'zod';

import type { JsonSchema } from '../contract/json-schema.js';
import { checkOutputSchema } from './check-output-schema.js';
import { InputError } from '../contract/errors.js';
import { closed, jsonSchemaOf } from './standard-schema.js';
import type { StandardJsonSchema } from './standard-schema.js';
import { keepFlagsOf, lossOf } from './zod-checks.js';

/**
 * The JSON Schema of a schema of zod 4, or of another library that speaks Standard JSON Schema, for `outputSchema` of a model call.
 * Bounds and patterns stay in it, the flags of regular expressions as `patternFlags`: the API does not honour them, so the activity
 * checks every answer against them, and a branch whose answer does not fit is `invalid`. A list, a union or a single value may stand at
 * the top.
 *
 * @throws InputError naming the place, where the API or JSON Schema would silently make something else of the schema: what changes a
 *   value or fills it in (transforms, defaults, trim), what no JSON is (dates, bigints, maps), what has no bounds (any, records, open
 *   objects), what contains itself, refinements
 */
export function outputSchema(schema: z.core.$ZodType | StandardJsonSchema): JsonSchema {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null) {
    throw new InputError(
      `Expected a schema that gives JSON Schema, got ${JSON.stringify(schema) ?? String(schema)}.`,
      'Use zod 4, arktype, or valibot with `toStandardJsonSchema`; a JSON Schema itself is for `jsonOutput`.',
    );
  }
  const json = '_zod' in schema ? ofZod(schema) : closed(jsonSchemaOf(schema));
  // zod's result has functions on it; only JSON travels.
  const { $schema: _, ...plain } = JSON.parse(JSON.stringify(json)) as JsonSchema;
  checkOutputSchema(plain);
  return plain;
}

function ofZod(schema: z.core.$ZodType): object {
  return z.toJSONSchema(schema, {
    // zod's own error would not say where.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const loss = lossOf(zodSchema);
      if (loss !== undefined) throw new InputError(`Output schema, at ${placeOf(path)}: ${loss}`);
      keepFlagsOf(zodSchema, jsonSchema);
      dropSafeIntegerBounds(jsonSchema);
    },
  });
}

// z.int() adds these bounds, and nobody means them.
function dropSafeIntegerBounds(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** `steps[].when`, from the path inside the JSON Schema. */
function placeOf(path: readonly (string | number)[]): string {
  const place = path.reduce<string>((text, part, at) => {
    if (part === 'items' && path[at - 1] !== 'properties') return `${text}[]`;
    if (path[at - 1] === 'properties') return text === '' ? String(part) : `${text}.${part}`;
    return text;
  }, '');
  return place === '' ? 'the top' : `\`${place}\``;
}
