import type { JsonSchema } from '../../contract/json-schema.js';
import { checkOutputSchema } from '../../plan/check-output-schema.js';
import { FanfoldError } from '../../contract/errors.js';
import { PerSchema } from '../../cpu/per-schema.js';
import { compiledSchema } from '../../cpu/schema-check.js';
import { fitsOf } from './schema-fit.js';
import type { Fit, PatternHost } from './schema-fit.js';
import { isWrapped, unwrapped, wireOf } from './wire-schema.js';

/** A schema of answers as the API takes it, and how an answer is held to it. */
export interface OutputFormat {
  /** The schema in the words that the API takes; bounds and patterns have moved into the descriptions. */
  wire: JsonSchema;
  /** The value that was asked for, out of the JSON of an answer. */
  valueOf(json: unknown): unknown;
  /** How a value fits the schema as it was given, bounds and patterns included. */
  fit(value: unknown): Promise<Fit>;
}

/** A schema that has been found fit for the API. */
interface Accepted {
  plain: JsonSchema;
  wire: JsonSchema;
}

const accepted = new PerSchema(accept);

/**
 * Makes a schema ready for a call; what that takes is done once in a process.
 *
 * @throws FanfoldError `UnsupportedSchema` before anything is spent
 */
export function outputFormatOf(schema: JsonSchema, host: PatternHost): OutputFormat {
  const { plain, wire } = accepted.of(schema);
  const isInside = isWrapped(plain);
  return { wire, valueOf: (json) => (isInside ? unwrapped(json) : json), fit: fitsOf(plain, host) };
}

function accept(schema: JsonSchema): Accepted {
  try {
    checkOutputSchema(schema);
    const { $schema: _, $id: __, ...plain } = schema;
    compiledSchema(plain);
    return { plain, wire: wireOf(plain) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new FanfoldError('UnsupportedSchema', message, error instanceof FanfoldError ? error.advice : undefined);
  }
}
