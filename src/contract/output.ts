import type { JsonSchema } from './json-schema.js';

declare const value: unique symbol;

/** What a model is to put out: a JSON Schema, and its type, which only the compiler sees. */
export interface Output<Value> {
  readonly jsonSchema: JsonSchema;
  /** Never there. */
  readonly [value]?: Value;
}

/** Whether it is what `output` makes. */
export function isOutput(candidate: unknown): candidate is Output<unknown> {
  const { jsonSchema, ...others } = (candidate ?? {}) as { jsonSchema?: unknown };
  return typeof jsonSchema === 'object' && jsonSchema !== null && Object.keys(others).length === 0;
}
