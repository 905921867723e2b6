import { InputError } from '../contract/errors.js';
import { jsonPatternOf } from '../contract/json-pattern.js';
import type { JsonSchema } from '../contract/json-schema.js';

/**
 * A schema of any library that speaks Standard JSON Schema, such as arktype's own and valibot's `toStandardJsonSchema`.
 * Source: https://standardschema.dev/json-schema
 */
export interface StandardJsonSchema {
  readonly '~standard': {
    readonly vendor: string;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

/**
 * The JSON Schema of what a model is to answer.
 *
 * @throws InputError where the library has none for it, or where what comes out of the schema is not what goes in
 */
export function jsonSchemaOf(schema: StandardJsonSchema): JsonSchema {
  const standard: Partial<StandardJsonSchema['~standard']> = schema['~standard'] ?? {};
  const { vendor = 'an unknown library', jsonSchema } = standard;
  if (typeof jsonSchema?.input !== 'function' || typeof jsonSchema.output !== 'function') {
    throw new InputError(
      `Expected a schema that gives JSON Schema, got one of ${vendor} that does not.`,
      'Use zod 4, arktype, or valibot with `toStandardJsonSchema`; a JSON Schema itself is for `jsonOutput`.',
    );
  }
  if (vendor === 'effect') {
    // A schema that decodes, as `Schema.Date`, has the JSON Schema of one that does not.
    throw new InputError(
      'Expected a schema that gives JSON Schema of what it gives, got one of effect, which tells of what it takes only.',
      'Write `jsonOutput<typeof Owed.Encoded>(Schema.toJsonSchemaDocument(Owed, { onExcessProperty: "error" }).schema)`.',
    );
  }
  if (vendor === 'arktype') refuseArktypeLosses(schema as ArkType);
  const [input, output] = (['input', 'output'] as const).map((direction) => {
    try {
      return jsonSchema[direction]({ target: 'draft-2020-12' });
    } catch (error) {
      throw new InputError(`Output schema: ${vendor} cannot say it in JSON Schema: ${(error as Error).message}`);
    }
  });
  if (JSON.stringify(input) !== JSON.stringify(output) || hasWord(output, 'default')) {
    throw new InputError(
      'Output schema: it takes something else than it gives.',
      'A transform or a default would not be run: apply it to the output.',
    );
  }
  return (
    vendor === 'arktype' ? withArktypeFlags(output, arktypeFlags((schema as ArkType).json)) : output
  ) as JsonSchema;
}

/** The parts of arktype that its Standard JSON Schema says nothing of. */
interface ArkType {
  toJsonSchema?: () => unknown;
  json?: unknown;
}

/**
 * Refuses what arktype's Standard JSON Schema leaves out in silence and its own conversion refuses.
 *
 * @throws InputError
 */
function refuseArktypeLosses(schema: ArkType): void {
  try {
    schema.toJsonSchema?.();
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new InputError(`Output schema: arktype cannot say it in JSON Schema: ${reason}`);
  }
}

/** Puts the flags of regular expressions, which arktype loses as well, beside the patterns. */
function withArktypeFlags(part: unknown, flags: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(part)) return part.map((each) => withArktypeFlags(each, flags));
  if (typeof part !== 'object' || part === null) return part;
  const inside = Object.entries(part).map(([word, value]): [string, unknown] => [word, withArktypeFlags(value, flags)]);
  const { pattern } = part as { pattern?: unknown };
  const own = typeof pattern === 'string' ? flags.get(pattern) : undefined;
  return {
    ...Object.fromEntries(inside),
    ...(own !== undefined && jsonPatternOf({ source: String(pattern), flags: own })),
  };
}

/**
 * The flags of each regular expression in what arktype says of itself.
 *
 * @throws InputError where one expression stands there with different flags, so that nobody knows which is which
 */
function arktypeFlags(part: unknown, found = new Map<string, string>()): Map<string, string> {
  if (typeof part !== 'object' || part === null) return found;
  for (const [word, value] of Object.entries(part)) {
    if (word !== 'pattern' || !Array.isArray(value)) {
      arktypeFlags(value, found);
      continue;
    }
    for (const each of value as (string | { rule: string; flags?: string })[]) {
      const { rule, flags = '' } = typeof each === 'string' ? { rule: each } : each;
      if ((found.get(rule) ?? flags) !== flags) {
        throw new InputError(
          `Output schema: arktype has the regular expression ${JSON.stringify(rule)} with different flags.`,
          'Its JSON Schema does not say which is which: write them out, as in `[xX]` for `/x/i`.',
        );
      }
      found.set(rule, flags);
    }
  }
  return found;
}

/** Whether an object anywhere in a value has such a name with a value that is no object. */
function hasWord(part: unknown, word: string): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return Object.entries(part).some(([name, value]) => (name === word && !isObject(value)) || hasWord(value, word));
}

/** Closes objects of which nothing is said: their libraries drop what is not named. */
export function closed(schema: JsonSchema): JsonSchema {
  return closedPart(schema) as JsonSchema;
}

function closedPart(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closedPart);
  if (typeof part !== 'object' || part === null) return part;
  const inside = Object.fromEntries(Object.entries(part).map(([keyword, value]) => [keyword, closedPart(value)]));
  const isOpen = inside['type'] === 'object' && isObject(inside['properties']) && !('additionalProperties' in inside);
  return isOpen ? { ...inside, additionalProperties: false } : inside;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
