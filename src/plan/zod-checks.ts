import type * as z from 'zod';

import { keepFlags } from '../contract/json-pattern.js';

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
  symbol: 'z.symbol() is no JSON: use z.string().',
  file: 'z.file() is no JSON: use z.string().',
  nan: 'z.nan() is no JSON: use z.null().',
  promise: 'z.promise() is no JSON: say what it resolves to.',
  function: 'z.function() is no JSON.',
  success: 'z.success() would not be run: use z.boolean().',
  transform: 'A transform would not be run: apply it to the output.',
  pipe: 'A transform or pipe would not be run: apply it to the output.',
  default: 'z.default() would make the property required: use z.optional() and fill it in afterwards.',
  prefault: 'z.prefault() would make the property required: use z.optional() and fill it in afterwards.',
  catch: 'z.catch() would not be run: handle a misfit where the branch is `invalid`.',
  custom: 'z.custom() cannot travel: check the output afterwards.',
};

/** Checks of zod that JSON Schema expresses; those of texts are looked at one by one. */
const kept: ReadonlySet<string> = new Set([
  'less_than',
  'greater_than',
  'multiple_of',
  'number_format',
  'min_length',
  'max_length',
  'length_equals',
  'string_format',
  'describe',
  'meta',
]);

/** Checks of zod that JSON Schema cannot express, by name; of others the name is told. */
const refusedChecks: Record<string, string> = {
  custom: 'A refinement would not be run: check the output afterwards.',
  overwrite: 'A check that changes the value, such as trim(), would not be run: apply it to the output.',
  property: 'z.property() would not be run: check the output afterwards.',
};

/** What the definition of a format may have. */
interface FormatDefinition {
  format?: string;
  pattern?: RegExp;
  fn?: unknown;
  hostname?: RegExp;
  protocol?: RegExp;
  normalize?: boolean;
}

/** What is lost of a schema between zod and JSON Schema, as a sentence; `undefined` where nothing is. */
export function lossOf(schema: z.core.$ZodType): string | undefined {
  const { type } = schema._zod.def;
  const refused = Object.hasOwn(refusedTypes, type) ? refusedTypes[type] : undefined;
  if (refused !== undefined) return refused;
  if (type === 'literal' && (schema as z.core.$ZodLiteral)._zod.def.values.some((value) => typeof value === 'bigint')) {
    return 'A bigint is no JSON: use a number or a text.';
  }
  return checksOf(schema)
    .map(lossOfCheck)
    .find((loss) => loss !== undefined);
}

function lossOfCheck(definition: z.core.$ZodCheckDef): string | undefined {
  const { check } = definition;
  if (!kept.has(check))
    return refusedChecks[check] ?? `The check \`${check}\` would not be run: check the output afterwards.`;
  if (check !== 'string_format') return undefined;
  const { format, pattern, hostname, protocol, normalize } = definition as FormatDefinition;
  if (normalize === true)
    return 'z.url({ normalize }) changes the value, and would not be run: apply it to the output.';
  if (hostname !== undefined || protocol !== undefined) {
    return 'The hostname and the protocol of a z.url() would not be checked: use z.url().regex(…).';
  }
  // The API itself holds answers to addresses.
  if (pattern !== undefined || format === 'url') return undefined;
  return `The format \`${format ?? ''}\` would not be checked: use z.string().regex(…).`;
}

/** Puts the flags of a text's regular expressions, which zod loses, beside its patterns. */
export function keepFlagsOf(schema: z.core.$ZodType, json: z.core.JSONSchema.BaseSchema): void {
  if (schema._zod.def.type === 'string') keepFlags(checksOf(schema) as FormatDefinition[], json);
}

/** The definitions of a schema's checks. A format, such as z.email(), is its own first check. */
function checksOf(schema: z.core.$ZodType): z.core.$ZodCheckDef[] {
  const { def } = schema._zod;
  const own = 'check' in def ? [def as unknown as z.core.$ZodCheckDef] : [];
  return [...own, ...(def.checks ?? []).map(({ _zod }) => _zod.def)];
}
