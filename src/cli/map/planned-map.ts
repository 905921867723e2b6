import { placeChunks } from '../../client/index.js';
import type { Item } from '../../contract/lanes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import type { MapInput, MapPlan } from '../../plan/map-plan.js';
import type { Session } from '../home/session.js';
import type { CheckedRows } from './check-rows.js';
import type { MapRows } from './map-rows.js';
import type { RowsFile } from './rows-file.js';
import type { RowsPlaced, RowsQuestion } from './rows-question.js';

/** Most characters of rows that travel inside a run's input: it is to stay small. */
const mostInline = 200_000;

interface Planned {
  plan: MapPlan;
  /** Rows that are asked about. */
  asked: number;
  /** Answers about each row. */
  each: number;
  /** The rows, where they are few and short enough to travel inside the run's input. */
  few: MapInput['rows'] | undefined;
  /** See `RowsPlaced`. */
  share: Pick<RowsPlaced, 'atLeast'>;
}

/**
 * The plan of a run over the rows that are asked about.
 *
 * @param atLeast the share of them that must be ok; as the options say by default
 * @throws InputError when no run can be made of them
 */
export function plannedMap(
  { each, hasFew, plan }: RowsQuestion,
  { asked, first }: CheckedRows,
  atLeast: number | undefined,
): Planned {
  const total = asked * each;
  const share = atLeast === undefined ? {} : { atLeast };
  if (!hasFew || total > maxDirectWidth) {
    const chunks = [{ sha256: '', bytes: 0, count: total }];
    return { plan: plan({ chunks, ...share }), asked, each, few: undefined, share };
  }
  const rows = first.map(({ key, fields }) => ({ key, ...(fields && { fields }) }));
  const isSmall = JSON.stringify(rows).length <= mostInline;
  return { plan: plan({ rows, ...share }), asked, each, few: isSmall ? rows : undefined, share };
}

/** The rows that are asked about, where they stay: inside the run's input, or in the store. */
export async function placedRows(
  { few, asked, each, share }: Planned,
  rows: MapRows,
  file: RowsFile | undefined,
  { store }: Session,
): Promise<RowsPlaced> {
  if (few !== undefined) return { rows: few, ...share };
  return { chunks: await placeChunks(itemsOf(rows, file), store, asked, each), ...share };
}

/** What travels of the rows that are asked about. */
export async function* itemsOf(rows: MapRows, file: RowsFile | undefined): AsyncGenerator<Item> {
  let index = 0;
  for await (const row of rows.all()) {
    if (file?.asks(index) !== false) yield rows.itemOf(row);
    index += 1;
  }
}
