import * as z from 'zod';

import type { JsonSchema } from '../contract/json-schema.js';
import { checkOutputSchema } from './check-output-schema.js';
import { InputError } from '../contract/errors.js';

/** Types of zod that JSON Schema cannot express, or expresses as something else. */
const refusedTypes: Record<string, string> = {
  any: 'z.any() allows anything: say what the value is.',
  unknown: 'z.unknown() allows anything: say what the value is.',
  record: 'z.record() has keys that are not known beforehand: use an array of objects with a key and a value.',
  map: 'z.map() is no JSON: use an array of objects with a key and a value.',
  set: 'z.set() is no JSON: use an array.',
  tuple: 'z.tuple() has places of different kinds: use an object with a property for each.',
  date: 'z.date() is no JSON: use z.iso.date() or z.iso.datetime().',
  bigint: 'z.bigint() is no JSON: use z.int() or z.string().',
  transform: 'A transform would not be run: apply it to the output.',
  pipe: 'A transform or pipe would not be run: apply it to the output.',
  default: 'z.default() would make the property required: use z.optional() and fill it in afterwards.',
  prefault: 'z.prefault() would make the property required: use z.optional() and fill it in afterwards.',
  catch: 'z.catch() would not be run: handle a misfit where the branch is `invalid`.',
  custom: 'z.custom() cannot travel: check the output afterwards.',
};

/** Checks of zod that JSON Schema cannot express. */
const refusedChecks: Record<string, string> = {
  custom: 'A refinement would not be run: check the output afterwards.',
  overwrite: 'A check that changes the value, such as trim(), would not be run: apply it to the output.',
};

/**
 * The JSON Schema of a zod schema, for `outputSchema` of a model call. Bounds and patterns stay in it: the API does not honour
 * them, so the activity checks every answer against them, and a branch whose answer does not fit is `invalid`.
 *
 * @throws InputError naming the place, where the API or JSON Schema would silently make something else of the schema
 */
export function outputSchema(schema: z.ZodType): JsonSchema {
  const converted = z.toJSONSchema(schema, {
    // zod's own error would not say where.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      refuseLossy(zodSchema._zod.def, path);
      dropSafeIntegerBounds(jsonSchema);
    },
  });
  // zod's result has functions on it; only JSON travels.
  const { $schema: _, ...plain } = JSON.parse(JSON.stringify(converted)) as JsonSchema;
  checkOutputSchema(plain);
  return plain;
}

function refuseLossy(definition: z.core.$ZodTypeDef, path: readonly (string | number)[]): void {
  const checks = (definition.checks ?? []).map(({ _zod }) => refusedChecks[_zod.def.check]);
  const problem = refusedTypes[definition.type] ?? checks.find((each) => each !== undefined);
  if (problem !== undefined) throw new InputError(`Output schema, at ${placeOf(path)}: ${problem}`);
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
