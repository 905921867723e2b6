import type { AnswerPart } from './parts.js';
import { textOf } from './texts.js';

/** Deepest value that is taken apart; what lies deeper is shown as JSON. */
const deepest = 4;

/** Most columns of a table: a list of objects with more keys is read item by item. */
const mostColumns = 8;

/** A value as it is read best: a text as Markdown, a list of objects as a table, an object field by field. */
export function valueParts(value: unknown, depth = 0): AnswerPart[] {
  if (value === null || value === undefined) return [{ part: 'note', text: 'nothing', tone: 'plain' }];
  if (typeof value === 'string')
    return value === '' ? [{ part: 'note', text: 'an empty text', tone: 'plain' }] : [{ part: 'text', text: value }];
  if (typeof value !== 'object') return [{ part: 'text', text: textOf(value) }];
  if (depth >= deepest) return [{ part: 'code', text: textOf(value) }];
  if (Array.isArray(value)) return listParts(value, depth);
  const fields = Object.entries(value).map(([name, each]) => ({ name, parts: valueParts(each, depth + 1) }));
  return fields.length === 0 ? [{ part: 'note', text: 'no fields', tone: 'plain' }] : [{ part: 'fields', fields }];
}

function listParts(values: readonly unknown[], depth: number): AnswerPart[] {
  if (values.length === 0) return [{ part: 'note', text: 'an empty list', tone: 'plain' }];
  const columns = values.every(isRow) ? columnsIn(values) : [];
  if (columns.length === 0 || columns.length > mostColumns) {
    return [{ part: 'list', items: values.map((each) => valueParts(each, depth + 1)) }];
  }
  return [{ part: 'table', columns, rows: (values as Row[]).map((row) => columns.map((column) => row[column])) }];
}

/** The names of all fields that objects have, in the order in which they first stand. */
export function columnsIn(values: readonly unknown[]): string[] {
  return [...new Set(values.flatMap((value) => Object.keys(fieldsOf(value) ?? {})))];
}

/** The fields of an object; `undefined` of anything else. */
export function fieldsOf(value: unknown): Row | undefined {
  return isRow(value) ? value : undefined;
}

type Row = Readonly<Record<string, unknown>>;

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
