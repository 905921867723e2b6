import { InputError } from '../contract/errors.js';
import { shellWord } from '../fold/visible-text.js';
import { parseTemplate, shown, valueAt } from './graph/template.js';
import type { TemplatePart } from './graph/template.js';

/** Columns of a row by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** One variable of a prompt: a column, or what lies inside it. */
export interface Variable {
  /** As it is written, such as `address.city`. */
  name: string;
  path: readonly [column: string, ...string[]];
}

/** The templates that were taken apart last: rows come by the thousand with the same few. */
const taken = new Map<string, TemplatePart[]>();

/** Most templates that are kept. */
const mostTaken = 50;

function partsOf(template: string): TemplatePart[] {
  const known = taken.get(template);
  if (known !== undefined) return known;
  const parts = parseTemplate(template);
  if (taken.size >= mostTaken) taken.clear();
  taken.set(template, parts);
  return parts;
}

/**
 * The variables of a prompt, each once.
 *
 * @throws InputError where braces are opened and hold no name
 */
export function variablesIn(prompt: string): Variable[] {
  try {
    const found = partsOf(prompt).filter((part) => typeof part !== 'string');
    return [...new Map(found.map((path) => [path.join('.'), { name: path.join('.'), path }])).values()];
  } catch (error) {
    throw new InputError(`Prompt: ${(error as Error).message}.`, 'Write `{{{{` for two braces as they are.');
  }
}

/** The value of a variable in a row. A column whose whole name it is goes before what lies inside another; inside of null is null. */
export function valueIn(fields: Fields, { name, path: [column, ...inside] }: Variable): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  if (!Object.hasOwn(fields, column)) return undefined;
  return inside.reduce<unknown>((value, each) => (value === null ? null : valueAt(value, [each])), fields[column]);
}

/**
 * A prompt with the values of a row: texts as they are, nothing for null, anything else as JSON.
 *
 * @throws InputError where the row has no such column
 */
export function filled(prompt: string, fields: Fields): string {
  return partsOf(prompt)
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = valueIn(fields, { name: part.join('.'), path: part });
      if (value === undefined) throw noColumn({ name: part.join('.'), path: part }, Object.keys(fields));
      return value === null ? '' : shown(value);
    })
    .join('');
}

/** Most columns that an error names. */
const mostNamed = 20;

/** @param place such as `rows.csv:7` */
export function noColumn(
  of: string | Variable,
  columns: readonly string[],
  place?: string,
  who = 'the prompt',
): InputError {
  const { name, path }: Variable = typeof of === 'string' ? { name: of, path: [of] } : of;
  const named = columns.slice(0, mostNamed).map((column) => JSON.stringify(column));
  const more = columns.length > mostNamed ? [`${columns.length - mostNamed} more`] : [];
  return new InputError(
    `${place === undefined ? 'Prompt' : place}: Expected a column \`${name}\`, which ${who} names, got ${[...named, ...more].join(', ') || 'no columns'}.`,
    who === 'the prompt'
      ? `A column of another spelling is written in quotes: \`{{ "First name" }}\`. Where some rows have it and others not, \`--where ${shellWord(queryOf(path))}\` takes those that have.`
      : undefined,
  );
}

/** A path as JSONPath (RFC 9535) has it below `@`: plain names after a dot, places in a list as numbers, others in quotes. */
function queryOf(path: Variable['path']): string {
  const steps = path.map((name, at) => {
    if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return `.${name}`;
    return at > 0 && /^\d+$/.test(name) ? `[${Number(name)}]` : `["${name.replaceAll(/["\\]/g, '\\$&')}"]`;
  });
  return `@${steps.join('')}`;
}
