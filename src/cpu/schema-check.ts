import { Ajv2020 } from 'ajv/dist/2020.js';

import type { JsonSchema } from '../contract/json-schema.js';
import { PerSchema } from './per-schema.js';
import { ownKeywords, readPatterns } from './schema-keywords.js';

/** Checks a value: says where it does not fit, or `undefined` where it fits. */
export type SchemaCheck = (value: unknown) => string | undefined;

/** A schema, ready to be held against values. */
export interface CompiledSchema {
  check: SchemaCheck;
  /** Whether a check may take much longer than the schema and the value are long. */
  isSlow: boolean;
}

/** Most objects and lists in a schema: compiling it takes the better part of a millisecond for each. */
const mostParts = 2_000;

const options = { strict: false, validateFormats: false, logger: false, code: readPatterns } as const;

/** Holds schemas against what a schema is. Made when first needed: that takes five times as long as compiling a schema. */
let grammar: Ajv2020 | undefined;

const compiled = new PerSchema(compile);

/**
 * A schema as a function, compiled once in a process. Formats are not looked at: the API holds answers to those that it knows, and zod
 * writes a pattern beside most of them.
 *
 * @throws Error where it is no schema, or too large
 */
export function compiledSchema(schema: JsonSchema): CompiledSchema {
  return compiled.of(schema);
}

function compile(schema: JsonSchema): CompiledSchema {
  const parts = partsOf(schema);
  if (parts > mostParts) throw new Error(`Expected a schema of at most ${mostParts} parts, got ${parts}.`);
  return { check: checkOf(schema), isSlow: mayBeSlow(schema) };
}

function checkOf(schema: JsonSchema): SchemaCheck {
  grammar ??= new Ajv2020(options);
  // At once: the grammar is not asynchronous.
  void grammar.validateSchema(schema, true);
  // Of its own: ids of one schema mean nothing in another.
  const ajv = new Ajv2020({ ...options, validateSchema: false });
  for (const keyword of ownKeywords) ajv.removeKeyword(String(keyword.keyword)).addKeyword(keyword);
  const validate = ajv.compile(schema);
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

/** Whether such a keyword occurs. A property of such a name, or a literal, counts as well: a thread too many does no harm. */
function mayBeSlow(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(([keyword, part]) => slowKeywords.has(keyword) || mayBeSlow(part));
}
