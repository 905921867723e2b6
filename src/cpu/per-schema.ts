import type { JsonSchema } from '../contract/json-schema.js';

/** Most schemas that are remembered, and most characters of their JSON in all: a run has a handful, and a worker many runs. */
const mostSchemas = 300;
const mostCharacters = 10_000_000;

/**
 * Makes something of each schema once in a process, however many branches bring it: what compiling takes is a hundred times what
 * checking takes. Schemas are the same where their JSON is; the latest used are remembered.
 */
export class PerSchema<Made> {
  /** By the schema's JSON, the latest used last. */
  readonly #made = new Map<string, Made>();
  #characters = 0;

  constructor(readonly make: (schema: JsonSchema) => Made) {}

  /** @throws what `make` throws, which is not remembered */
  of(schema: JsonSchema): Made {
    const json = JSON.stringify(schema);
    const known = this.#made.get(json);
    const made = known ?? this.make(schema);
    if (known === undefined) this.#characters += json.length;
    this.#made.delete(json);
    this.#made.set(json, made);
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= mostSchemas && this.#characters <= mostCharacters) break;
      this.#made.delete(oldest);
      this.#characters -= oldest.length;
    }
    return made;
  }
}
