import { placeChunks } from '../../client/index.js';
import type { Item, Template } from '../../contract/lanes.js';
import { maxDirectWidth } from '../../contract/limits.js';
import type { ModelRequest } from '../../contract/model-request.js';
import { askedAt, itemRequest } from '../../plan/item-request.js';
import { mapDefaults, planMap } from '../../plan/map-plan.js';
import type { MapInput, MapPlan } from '../../plan/map-plan.js';
import type { Session } from '../home/session.js';
import type { CheckedRows } from './check-rows.js';
import type { MapRows } from './map-rows.js';
import type { RowsFile } from './rows-file.js';

/** Most characters of rows that travel inside a run's input: it is to stay small. */
const mostInline = 200_000;

interface Planned {
  plan: MapPlan;
  /** Rows that are asked about. */
  asked: number;
  /** Branches. */
  total: number;
  samples: number;
  /** The rows, where they are few and short enough to travel inside the run's input. */
  few: MapInput['rows'] | undefined;
}

/**
 * The plan of a run over the rows that are asked about.
 *
 * @throws InputError when no run can be made of them
 */
export function plannedMap(options: MapInput, { asked, first }: CheckedRows, samples: number): Planned {
  const total = asked * samples;
  const chunk = { sha256: '', bytes: 0, count: total };
  if (total > maxDirectWidth) {
    return { plan: planMap({ ...options, chunks: [chunk] }), asked, total, samples, few: undefined };
  }
  const rows = first.map(({ key, fields }) => ({ key, ...(fields && { fields }) }));
  const isSmall = JSON.stringify(rows).length <= mostInline;
  return { plan: planMap({ ...options, rows }), asked, total, samples, few: isSmall ? rows : undefined };
}

/** The rows that are asked about, where they stay: inside the run's input, or in the store. */
export async function placedRows(
  { few, asked, samples }: Planned,
  rows: MapRows,
  file: RowsFile | undefined,
  { store }: Session,
): Promise<Pick<MapInput, 'rows' | 'chunks'>> {
  if (few !== undefined) return { rows: few };
  return { chunks: await placeChunks(itemsOf(rows, file), store, asked, samples) };
}

async function* itemsOf(rows: MapRows, file: RowsFile | undefined): AsyncGenerator<Item> {
  let index = 0;
  for await (const row of rows.all()) {
    if (file?.asks(index) !== false) yield rows.itemOf(row);
    index += 1;
  }
}

/** The plan of what is asked about any row. */
export function planOfOne({ join, quorum: _quorum, samples = mapDefaults.samples, ...options }: MapInput) {
  const one = { sha256: '', bytes: 0, count: samples };
  const plan = planMap({
    ...options,
    samples,
    ...(join !== undefined && { join: join === 'quorum' ? 'settled' : join }),
    chunks: [one],
  });
  if (!('wide' in plan)) throw new Error('Chunks make a wide plan.');
  return plan;
}

/** What is asked about a row, once for each sample. */
export function requestsAbout(item: Item, template: Template): { request: ModelRequest }[] {
  return Array.from({ length: template.samples ?? 1 }, (_, sample) => askedAt([item], sample, template)).flatMap(
    (asked) => (asked === undefined ? [] : [{ request: itemRequest(template, asked) }]),
  );
}
