import { beginningOf } from '../../contract/cut-text.js';

/** A piece of a template: text, or a variable with the path of its value. */
export type TemplatePart = string | readonly [name: string, ...path: string[]];

const variable = /\{\{\{\{|\{\{\s*(?:"((?:[^"\\]|\\.)*)"|([\p{L}_][\p{L}\p{N}_-]*))((?:\.[\p{L}\p{N}_-]+)*)\s*\}\}/gu;
const wholePath = /^[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*$/u;

/**
 * The name and the way inside its value of `name.field.field`.
 *
 * @throws Error where it is none
 */
export function parsePath(path: unknown): [name: string, ...path: string[]] {
  if (typeof path === 'string' && wholePath.test(path)) return path.split('.') as [string, ...string[]];
  const braces = typeof path === 'string' && path.includes('{{') ? ', without braces' : '';
  throw new Error(`Expected a name or a path such as find.parts${braces}, got ${JSON.stringify(path) ?? 'nothing'}`);
}

/**
 * Takes a template apart: `{{ name }}`, `{{ name.field }}` and `{{ "any name" }}` are variables, `{{{{` is two braces as they are,
 * everything else is text.
 *
 * @throws Error where braces are opened and hold no name
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const { 0: whole, 1: quoted, 2: bare, 3: inside = '', index } of template.matchAll(variable)) {
    parts.push(text(template.slice(at, index)));
    const name = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
    parts.push(name === undefined ? '{{' : [name, ...inside.split('.').slice(1)]);
    at = index + whole.length;
  }
  parts.push(text(template.slice(at)));
  return parts.filter((part) => part !== '');
}

function text(piece: string): string {
  const open = piece.indexOf('{{');
  if (open < 0) return piece;
  throw new Error(
    `Expected {{ a name }} with letters, digits and dots, got ${JSON.stringify(beginningOf(piece.slice(open), 40))}`,
  );
}

/** Names of the variables of a template, each once, in the order in which they first stand. */
export function variablesOf(template: string): string[] {
  return [...new Set(parseTemplate(template).flatMap((part) => (typeof part === 'string' ? [] : [part[0]])))];
}

/** The value at a path inside a value; `undefined` where there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}

/** A value as it stands in a prompt: text as it is, anything else as JSON. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}
