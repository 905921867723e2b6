import { Ajv2020 } from 'ajv/dist/2020.js';

import type { JsonSchema } from '../contract/json-schema.js';

/** Checks a value: says where it does not fit, or `undefined` where it fits. */
export type SchemaCheck = (value: unknown) => string | undefined;

/** Compiled schemas by their JSON, the latest last: the branches of a run have the same, and compiling takes longer than checking. */
const compiled = new Map<string, SchemaCheck>();
const mostCompiled = 20;

/** Most objects and lists in a schema: compiling it takes the better part of a millisecond for each. */
const mostParts = 2_000;

/**
 * Compiles a schema into a function. Formats are not checked: the API holds answers to those that it knows, and zod writes a
 * pattern beside most of them.
 *
 * @throws Error where it is no schema, or too large
 */
export function schemaCheck(schema: JsonSchema): SchemaCheck {
  const key = JSON.stringify(schema);
  const check = compiled.get(key) ?? compile(schema);
  compiled.delete(key);
  compiled.set(key, check);
  const [oldest] = compiled.keys();
  if (compiled.size > mostCompiled && oldest !== undefined) compiled.delete(oldest);
  return check;
}

function compile(schema: JsonSchema): SchemaCheck {
  const parts = partsOf(schema);
  if (parts > mostParts) throw new Error(`Expected a schema of at most ${mostParts} parts, got ${parts}.`);
  const validate = new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(schema);
  return (value) => {
    if (validate(value)) return undefined;
    const [error] = validate.errors ?? [];
    const { additionalProperty } = error?.params ?? {};
    const named = additionalProperty === undefined ? '' : ` (${JSON.stringify(additionalProperty)})`;
    return `at ${error?.instancePath || 'the top'}: it ${error?.message ?? 'does not fit'}${named}`;
  };
}

function partsOf(schema: unknown): number {
  if (typeof schema !== 'object' || schema === null) return 0;
  return Object.values(schema).reduce<number>((sum, part) => sum + partsOf(part), 1);
}

/**
 * Keywords that may take long: regular expressions; references, which can double the work at every level; and comparisons of each
 * item with each.
 */
const slowKeywords: ReadonlySet<string> = new Set([
  'pattern',
  'patternProperties',
  '$ref',
  '$dynamicRef',
  '$recursiveRef',
  'uniqueItems',
]);

/**
 * Whether a check against the schema may take much longer than schema and value are long. A property or literal of such a name
 * counts as well: one thread too many does no harm.
 */
export function mayBeSlow(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(([keyword, part]) => slowKeywords.has(keyword) || mayBeSlow(part));
}
