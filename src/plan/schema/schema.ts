/** The part of JSON Schema that inputs are described in. `firstMisfit` understands all of it, and nothing else. */
export type Schema = TextSchema | NumberSchema | FlagSchema | ObjectSchema | MapSchema | ListSchema | Untyped;

interface About {
  readonly description?: string;
  readonly default?: unknown;
}

interface TextSchema extends About {
  readonly type: 'string';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

interface NumberSchema extends About {
  readonly type: 'number' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

interface FlagSchema extends About {
  readonly type: 'boolean';
}

/** An object of named fields; of others as well, where it is open. */
export interface ObjectSchema extends About {
  readonly type: 'object';
  readonly properties: { readonly [name: string]: Schema };
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
}

/** An object whose names are somebody's own. */
export interface MapSchema extends About {
  readonly type: 'object';
  readonly properties?: undefined;
  readonly additionalProperties: Schema;
}

export interface ListSchema extends About {
  readonly type: 'array';
  readonly items: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** The field that no two items may have in common. JSON Schema has no such keyword: files say it in words. */
  readonly uniqueBy?: string;
}

/** One of some words, a constant, one of some schemas, or any JSON at all. */
interface Untyped extends About {
  readonly type?: undefined;
  readonly enum?: readonly string[];
  readonly const?: string | null;
  readonly anyOf?: readonly Schema[];
}

type Bounds<Of> = Omit<Of, 'type' | 'description' | 'items'>;

export function text(description: string, bounds: Bounds<TextSchema> = {}): Schema {
  return { type: 'string', description, ...bounds };
}

export function whole(description: string, bounds: Bounds<NumberSchema> = {}): Schema {
  return { type: 'integer', description, minimum: 1, maximum: Number.MAX_SAFE_INTEGER, ...bounds };
}

export function number(description: string, bounds: Bounds<NumberSchema> = {}): Schema {
  return { type: 'number', description, ...bounds };
}

export function flag(description: string, fallback = false): Schema {
  return { type: 'boolean', description, default: fallback };
}

export function word(description: string, words: readonly string[], fallback?: string): Schema {
  return { enum: words, description, ...(fallback !== undefined && { default: fallback }) };
}

export function list(description: string, items: Schema, bounds: Bounds<ListSchema> = {}): ListSchema {
  return { type: 'array', description, items, ...bounds };
}

/** An object with names of somebody's own. */
export function map(description: string, values: Schema): Schema {
  return { type: 'object', description, additionalProperties: values };
}

/** An object, with a field for each of the type's. The compiler sees to it that none is forgotten. */
export function object<T>(
  description: string,
  properties: Fields<T>,
  required: readonly (keyof T & string)[],
): ObjectSchema {
  return { type: 'object', description, properties, required, additionalProperties: false };
}

/** An {@link object} that may have other fields: another version may have written it. */
export function open<T>(
  properties: Partial<Fields<T>>,
  required: readonly (keyof T & string)[],
  description?: string,
): ObjectSchema {
  const fields = { type: 'object', properties: properties as Fields<T>, required, additionalProperties: true } as const;
  return description === undefined ? fields : { ...fields, description };
}

export function either(description: string, ...anyOf: readonly Schema[]): Schema {
  return { description, anyOf };
}

/** A schema for each field of a type. */
export type Fields<T> = { readonly [Name in keyof Required<T> & string]: Schema };
