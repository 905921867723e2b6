import { InputError } from '../../contract/errors.js';
import type { Item } from '../../contract/lanes.js';
import type { RowFilter } from '../read/row-filter.js';
import type { MapRow, MapRows } from './map-rows.js';
import type { RowsFile } from './rows-file.js';

/** Most columns of a table. */
const mostColumns = 10_000;

/** Rows that are shown by a dry run. */
const mostShown = 5;

/** What there is to be asked about. */
export interface CheckedRows {
  /** Rows that `where` takes. */
  total: number;
  /** Of these, the rows that are asked about. */
  asked: number;
  /** All columns of the table, in the order in which they first stand. */
  columns: string[];
  /** The first few that are asked about. */
  first: Item[];
  /** A few that are asked about, from the first to the last. */
  shown: Item[];
}

/**
 * Goes through all rows once, before anything is spent.
 *
 * @param few how many of the first to keep
 * @param each is given those that are asked about
 * @throws InputError where there are none, or one has not the columns that the prompt names
 */
export async function checkRows(
  rows: MapRows,
  out: RowsFile | undefined,
  few: number,
  each: (item: Item) => void,
): Promise<CheckedRows> {
  const columns = new Set<string>();
  const keys = rows.idField === undefined ? undefined : new Set<string>();
  const first: Item[] = [];
  const spread = new Spread<Item>();
  let total = 0;
  let asked = 0;
  const all = rows.all();
  for await (const row of out?.seen(all) ?? all) {
    total += 1;
    for (const name of Object.keys(row.fields)) columns.add(name);
    if (columns.size > mostColumns) throw new InputError(`Expected at most ${mostColumns} columns, got more.`);
    checkOnce(row, keys);
    const item = rows.itemOf(row);
    if (out?.asks(total - 1) === false) continue;
    asked += 1;
    if (first.length < few) first.push(item);
    spread.add(item);
    each(item);
  }
  rows.where?.checkColumns();
  if (total === 0) throw await noRows(rows, rows.where);
  return { total, asked, columns: [...columns], first, shown: spread.few(mostShown) };
}

function checkOnce({ key, place }: MapRow, keys: Set<string> | undefined): void {
  if (keys?.has(key) === true) {
    throw new InputError(`${place}: Expected every id once, got ${JSON.stringify(key)} twice.`);
  }
  keys?.add(key);
}

async function noRows({ table }: MapRows, where: RowFilter | undefined): Promise<InputError> {
  for await (const _ of table.rows()) {
    return new InputError(`Expected a row of ${table.title} that \`${where?.text ?? ''}\` takes, got none.`);
  }
  return new InputError(`Expected at least one row in ${table.title}, got none.`);
}

/** A few of many, evenly spread, without knowing beforehand how many there will be. */
class Spread<Value> {
  #kept: Value[] = [];
  #every = 1;
  #seen = 0;

  add(value: Value): void {
    if (this.#seen % this.#every === 0) this.#kept.push(value);
    this.#seen += 1;
    if (this.#kept.length < 64) return;
    this.#kept = this.#kept.filter((_, at) => at % 2 === 0);
    this.#every *= 2;
  }

  few(most: number): Value[] {
    const last = this.#kept.length - 1;
    if (last < most) return [...this.#kept];
    return Array.from({ length: most }, (_, at) => this.#kept[Math.round((at * last) / (most - 1))] as Value);
  }
}
