import type { JsonSchema } from '../json-schema.js';
import { isObject } from '../http/read-body.js';
import { boundsOf } from './schema-bounds.js';
import { formatted } from './schema-formats.js';

/** Where in a schema a value is wanted. */
export interface Field {
  name: string;
  description: string;
}

/** What values are made of. */
export interface ValueSource {
  text(field: Field): string;
  /** A number that occurs in the material, if any. */
  number(field: Field): number | undefined;
  flag(field: Field): boolean;
  choose(field: Field, values: readonly unknown[]): unknown;
  /** One source for each item of a list, at most `count`. */
  items(field: Field, count: number): ValueSource[];
}

// A schema may refer to itself; below this depth lists stay empty and optional properties away.
const deepest = 8;
const usualItems = 3;

/** A value that fits the schema, made from the source. `eager` fills optional properties too. */
export function valueFor(schema: JsonSchema, source: ValueSource, eager: boolean): unknown {
  const root = schema;
  return fill(schema, { name: '', description: '' }, source, 0);

  function fill(part: JsonSchema, outer: Field, from: ValueSource, depth: number): unknown {
    const resolved = resolve(part);
    const field = {
      ...outer,
      description: typeof resolved['description'] === 'string' ? resolved['description'] : outer.description,
    };
    if ('const' in resolved) return resolved['const'];
    if (Array.isArray(resolved['enum'])) return from.choose(field, resolved['enum']);
    const variants = resolved['anyOf'] ?? resolved['oneOf'];
    if (Array.isArray(variants)) return fill(chooseVariant(variants as JsonSchema[], depth), field, from, depth + 1);
    return ofType(resolved, field, from, depth);
  }

  function ofType(part: JsonSchema, field: Field, from: ValueSource, depth: number): unknown {
    const bounds = boundsOf(part);
    switch (typeOf(part)) {
      case 'object':
        return object(part, from, depth);
      case 'array': {
        const wanted =
          depth >= deepest ? bounds.minItems : Math.min(bounds.maxItems, Math.max(bounds.minItems, usualItems));
        const sources = from.items(field, wanted);
        while (sources.length < bounds.minItems) sources.push(from);
        return sources.map((itemSource) => fill((part['items'] ?? {}) as JsonSchema, field, itemSource, depth + 1));
      }
      case 'number':
        return bounds.fit(from.number(field) ?? 0);
      case 'integer':
        return bounds.fit(Math.round(from.number(field) ?? 0));
      case 'boolean':
        return from.flag(field);
      case 'null':
        return null;
      default: {
        const text = from.text(field);
        return typeof part['format'] === 'string' ? formatted(part['format'], text) : bounds.fitText(text);
      }
    }
  }

  function object(part: JsonSchema, from: ValueSource, depth: number): Record<string, unknown> {
    const properties = Object.entries(isObject(part['properties']) ? part['properties'] : {});
    const required = Array.isArray(part['required']) ? part['required'] : [];
    const all = depth < deepest && (eager || required.length === 0);
    const wanted = properties.filter(([name]) => all || required.includes(name));
    // Not by assignment: a property may be called __proto__.
    return Object.fromEntries(
      wanted.map(([name, property]) => [
        name,
        fill(property as JsonSchema, { name, description: '' }, from, depth + 1),
      ]),
    );
  }

  function resolve(part: JsonSchema): JsonSchema {
    let resolved = part;
    for (let hops = 0; typeof resolved['$ref'] === 'string' && hops < deepest; hops += 1) {
      const { $ref, ...beside } = resolved;
      resolved = { ...lookUp(root, $ref as string), ...beside };
    }
    const parts = resolved['allOf'];
    return Array.isArray(parts)
      ? mergeAll([{ ...resolved, allOf: undefined }, ...parts.map((each) => resolve(each as JsonSchema))])
      : resolved;
  }
}

function mergeAll(parts: readonly JsonSchema[]): JsonSchema {
  return parts.reduce((merged, part) => ({
    ...merged,
    ...part,
    ...(merged['properties'] || part['properties']
      ? { properties: { ...(merged['properties'] as object), ...(part['properties'] as object) } }
      : {}),
    ...(merged['required'] || part['required']
      ? { required: [...((merged['required'] as string[]) ?? []), ...((part['required'] as string[]) ?? [])] }
      : {}),
  }));
}

/** What a reference within the document points at; nothing where it points nowhere. */
export function lookUp(root: JsonSchema, reference: string): JsonSchema {
  let found: unknown = root;
  for (const step of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = isObject(found) ? found[name] : undefined;
  }
  return isObject(found) ? found : {};
}

function chooseVariant(variants: readonly JsonSchema[], depth: number): JsonSchema {
  const isNull = (variant: JsonSchema) => variant['type'] === 'null';
  const chosen = depth < deepest ? variants.find((variant) => !isNull(variant)) : variants.find(isNull);
  return chosen ?? variants[0] ?? {};
}

function typeOf(part: JsonSchema): string {
  const declared = part['type'];
  if (Array.isArray(declared)) return String(declared.find((type) => type !== 'null') ?? 'null');
  return typeof declared === 'string' ? declared : part['properties'] ? 'object' : part['items'] ? 'array' : 'string';
}
