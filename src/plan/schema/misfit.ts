import { nearest } from './nearest.js';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from './schema.js';

/** A place where a value is not what its schema says. */
export interface Misfit {
  /** Names of fields and places in lists, from the outside in; none for the whole. */
  path: readonly (string | number)[];
  /** For people, to follow "Expected … to be". */
  expected: string;
  /** The value, as JSON and cut. */
  got: string;
}

type Path = Misfit['path'];

/** Most characters of a value in a message. */
const mostShown = 80;

/**
 * The first place where a value is not what its schema says; `undefined` where there is none.
 *
 * Misfit-1. `null` in a field that may be left out, and that does not take `null` itself, is a field left out.
 * Misfit-2. No value makes it throw, and only own fields of an object count.
 */
export function firstMisfit(schema: Schema, value: unknown, path: Path = []): Misfit | undefined {
  if (schema.type === undefined && schema.anyOf) return noneOf(schema, schema.anyOf, value, path);
  if (isRight(schema, value)) {
    if (schema.type === 'array') return inList(schema, value as unknown[], path);
    return schema.type === 'object' ? inObject(schema, value as Record<string, unknown>, path) : undefined;
  }
  return { path, expected: expectedOf(schema), got: shownValue(value) };
}

/** A value without the fields that are `null` where they may be left out; what fits is returned as it is otherwise. */
export function withoutNulls(schema: Schema, value: unknown): unknown {
  if (schema.type === undefined && schema.anyOf) {
    const meant = schema.anyOf.find((variant) => firstMisfit(variant, value) === undefined);
    return meant === undefined ? value : withoutNulls(meant, value);
  }
  if (!isRight(schema, value)) return value;
  if (schema.type === 'array') return (value as unknown[]).map((item) => withoutNulls(schema.items, item));
  if (schema.type !== 'object') return value;
  const fields = Object.entries(value as object).filter(([name, field]) => !isLeftOut(schema, name, field));
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(fieldOf(schema, name) ?? {}, field)]));
}

/** Whether the value itself is right, its fields and items aside. */
function isRight(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case 'string': {
      const { minLength = 0, maxLength = Infinity, pattern } = schema;
      if (typeof value !== 'string' || value.length > maxLength) return false;
      // A text of nothing but space is as empty as one of nothing.
      return (
        (minLength === 0 || value.trim().length >= minLength) && (!pattern || new RegExp(pattern, 'u').test(value))
      );
    }
    case 'number':
    case 'integer': {
      const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema;
      if (typeof value !== 'number' || !Number.isFinite(value)) return false;
      if (schema.type === 'integer' && !Number.isSafeInteger(value)) return false;
      return value >= minimum && value <= maximum && value > exclusiveMinimum;
    }
    case 'boolean':
      return typeof value === 'boolean';
    case 'object':
      return isObject(value);
    case 'array': {
      const { minItems = 0, maxItems = Infinity } = schema;
      return Array.isArray(value) && value.length >= minItems && value.length <= maxItems;
    }
    case undefined:
      if (schema.enum) return schema.enum.includes(value as string);
      return schema.const === undefined ? value !== undefined : schema.const === value;
  }
}

function inObject(schema: ObjectSchema | MapSchema, value: Record<string, unknown>, path: Path): Misfit | undefined {
  const known = Object.keys(schema.properties ?? {});
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined || isLeftOut(schema, name, field)) continue;
    const of = fieldOf(schema, name);
    if (of === undefined && schema.additionalProperties === true) continue;
    if (of === undefined) return stranger(name, field, known, path);
    const misfit = firstMisfit(of, field, [...path, name]);
    if (misfit !== undefined) return misfit;
  }
  if (schema.properties === undefined) return undefined;
  const missing = schema.required.find((name) => !Object.hasOwn(value, name) || value[name] === undefined);
  if (missing === undefined) return undefined;
  return { path: [...path, missing], expected: expectedOf(schema.properties[missing] ?? {}), got: 'nothing' };
}

function stranger(name: string, value: unknown, known: readonly string[], path: Path): Misfit {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `there are ${known.join(', ')}` : `did you mean \`${meant}\`?`;
  return { path: [...path, name], expected: `left out, as there is no such field (${hint})`, got: shownValue(value) };
}

function inList(schema: ListSchema, items: readonly unknown[], path: Path): Misfit | undefined {
  const seen = new Map<unknown, number>();
  for (const [at, item] of items.entries()) {
    const misfit = firstMisfit(schema.items, item, [...path, at]);
    if (misfit !== undefined) return misfit;
    const { uniqueBy } = schema;
    if (uniqueBy === undefined || !isObject(item)) continue;
    const first = seen.get(item[uniqueBy]);
    if (first !== undefined) {
      const expected = `another than that of number ${first + 1}`;
      return { path: [...path, at, uniqueBy], expected, got: shownValue(item[uniqueBy]) };
    }
    seen.set(item[uniqueBy], at);
  }
  return undefined;
}

/** The misfit of the variant that was meant, or of all of them. */
function noneOf(schema: Schema, variants: readonly Schema[], value: unknown, path: Path): Misfit | undefined {
  if (variants.some((variant) => firstMisfit(variant, value, path) === undefined)) return undefined;
  const alike = variants.filter((variant) => isRight(variant, value));
  const told = alike.map((variant) => marksOf(variant, value));
  const most = Math.max(...told);
  const meant = most > 0 || alike.length === 1 ? alike.filter((_, place) => told[place] === most) : [];
  if (meant.length === 1) return firstMisfit(meant[0] as Schema, value, path);
  const mark = markOf(alike, value);
  if (mark !== undefined) return { ...mark, path: [...path, ...mark.path] };
  return { path, expected: expectedOf(schema), got: shownValue(value) };
}

/** How much of what tells this variant from others a value has: fields that it must have, none where a constant is another. */
function marksOf(variant: Schema, value: unknown): number {
  if (variant.type !== 'object' || variant.properties === undefined || !isObject(value)) return 1;
  if (constantsOf(variant).some(([name, constant]) => value[name] !== constant)) return 0;
  const had = variant.required.filter((name) => Object.hasOwn(value, name)).length;
  // Of two that have as many, it is the one that has all of its own.
  return had === variant.required.length ? had + 0.5 : had;
}

/** The constant that would tell the variants apart, where the value has none of theirs. */
function markOf(variants: readonly Schema[], value: unknown): Misfit | undefined {
  const marks = variants.flatMap((variant) =>
    variant.type === 'object' && variant.properties !== undefined ? constantsOf(variant).slice(0, 1) : [],
  );
  const [first] = marks;
  if (first === undefined || !marks.every(([name]) => name === first[0]) || !isObject(value)) return undefined;
  const words = marks.map(([, constant]) => JSON.stringify(constant));
  return { path: [first[0]], expected: `one of ${words.join(', ')}`, got: shownValue(value[first[0]]) };
}

function constantsOf({ properties }: ObjectSchema): [name: string, constant: unknown][] {
  return Object.entries(properties).flatMap(([name, field]): [string, unknown][] => {
    return field.type === undefined && field.const !== undefined ? [[name, field.const]] : [];
  });
}

function isLeftOut(schema: ObjectSchema | MapSchema, name: string, value: unknown): boolean {
  if (value !== null || schema.properties === undefined || schema.required.includes(name)) return false;
  const field = fieldOf(schema, name);
  return field !== undefined && firstMisfit(field, null) !== undefined;
}

function fieldOf(schema: ObjectSchema | MapSchema, name: string): Schema | undefined {
  if (schema.properties === undefined) return schema.additionalProperties;
  return Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
}

/** What a schema takes, in words. */
function expectedOf(schema: Schema): string {
  switch (schema.type) {
    case 'string': {
      const { minLength = 0, maxLength, pattern } = schema;
      return `a text${spanOf(minLength, maxLength, ' characters')}${pattern ? ` that matches ${pattern}` : ''}`;
    }
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum, exclusiveMinimum } = schema;
      const kind = schema.type === 'integer' ? 'a whole number' : 'a number';
      return exclusiveMinimum === undefined
        ? `${kind}${spanOf(minimum, maximum, '')}`
        : `${kind}, more than ${exclusiveMinimum}`;
    }
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${spanOf(schema.minItems ?? 0, schema.maxItems, ' items')}`;
    case 'object': {
      if (schema.properties === undefined || schema.required.length === 0) return 'an object';
      return `an object with ${schema.required.map((name) => `\`${name}\``).join(' and ')}`;
    }
    case undefined:
      if (schema.anyOf) return schema.anyOf.map(expectedOf).join(', or ');
      if (schema.enum) return `one of ${schema.enum.join(', ')}`;
      return schema.const === undefined ? 'any JSON' : JSON.stringify(schema.const);
  }
}

function spanOf(least: number, most: number | undefined, unit: string): string {
  if (most !== undefined && most < Number.MAX_SAFE_INTEGER) return ` of ${least} to ${most}${unit}`;
  return least > 0 ? ` of ${least}${least === 1 ? unit.replace(/s$/, '') : unit} or more` : '';
}

function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  try {
    const json = JSON.stringify(value) ?? typeof value;
    return json.length > mostShown ? `${json.slice(0, mostShown)}…` : json;
  } catch {
    // A circle, or a getter that throws: only a program can hand such a thing over.
    return typeof value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
