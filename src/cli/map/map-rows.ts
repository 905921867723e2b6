import { isLosslessNumber, stringify } from 'lossless-json';

import { InputError } from '../../contract/errors.js';
import type { Item } from '../../contract/lanes.js';
import { noColumn, valueIn, variablesIn } from '../../plan/fill.js';
import type { Fields, Variable } from '../../plan/fill.js';
import { longestKey } from '../../contract/limits.js';
import type { RowFilter } from '../read/row-filter.js';
import type { Table } from '../read/table-rows.js';

/** A row of the table that is asked about. */
export interface MapRow {
  /** What the row is called: its number in the table, from 1, or its id. */
  key: string;
  fields: Fields;
  place: string;
}

/** The rows of a table that a prompt is filled with, as often as they are gone through. */
export class MapRows {
  readonly #variables: Variable[];

  constructor(
    readonly table: Table,
    readonly prompts: readonly string[],
    readonly where: RowFilter | undefined,
    readonly idField: string | undefined,
  ) {
    const variables = prompts.flatMap((prompt) => variablesIn(prompt));
    this.#variables = [...new Map(variables.map((variable) => [variable.name, variable])).values()];
  }

  async *all(): AsyncGenerator<MapRow> {
    let number = 0;
    for await (const { fields, place } of this.table.rows()) {
      number += 1;
      if (this.where?.takes(fields, place) === false) continue;
      yield { key: this.idField === undefined ? String(number) : idOf(fields, this.idField, place), fields, place };
    }
  }

  /**
   * What travels of a row: the values that the prompts name, as they stand in it.
   *
   * @throws InputError where the row has not all of them
   */
  itemOf({ key, fields, place }: MapRow): Item & { fields: { [name: string]: string } } {
    const values = this.#variables.map((variable): [string, string] => {
      const value = valueIn(fields, variable);
      if (value === undefined) throw noColumn(variable, Object.keys(fields), place);
      const text = shownExactly(value);
      if (!text.isWellFormed()) {
        throw new InputError(`${place}: Expected well-formed Unicode, got half of a surrogate pair.`);
      }
      return [variable.name, text];
    });
    return { key, text: '', fields: Object.fromEntries(values) };
  }
}

/** A value as it stands in a prompt, with all of its digits. */
function shownExactly(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return isLosslessNumber(value) ? value.toString() : (stringify(value, undefined, 2) ?? '');
}

function idOf(fields: Fields, idField: string, place: string): string {
  const id = fields[idField];
  if (typeof id !== 'string' && typeof id !== 'number' && !isLosslessNumber(id)) {
    throw Object.hasOwn(fields, idField)
      ? new InputError(`${place}: Expected \`${idField}\` to be a text or a number, got ${JSON.stringify(id)}.`)
      : noColumn(idField, Object.keys(fields), place, '`--id-field`');
  }
  const key = String(id);
  if (key.trim() === '' || key.length > longestKey || /\p{Cc}/u.test(key) || !key.isWellFormed()) {
    throw new InputError(
      `${place}: Expected an id of 1 to ${longestKey} characters on one line, got ${JSON.stringify(key.slice(0, 60))}.`,
    );
  }
  return key;
}
