import { exactly } from '../show/terminal-text.js';
import type { World } from '../world.js';
import type { RowsFlags } from './map-flags.js';
import type { MapRows } from './map-rows.js';
import { jsonLinesFormat } from './row-format.js';
import type { RowShape } from './row-record.js';
import type { RowsFile } from './rows-file.js';
import { RowsOut } from './rows-out.js';
import type { RowsTarget, Step } from './rows-out.js';

/** Where rows go: to the file, or to standard output unless the run itself goes there. */
export async function outOf(
  { rows, file, shape, columns }: { rows: MapRows; file: RowsFile | undefined; shape: RowShape; columns: string[] },
  flags: RowsFlags,
  world: World,
): Promise<RowsOut | undefined> {
  if (file !== undefined) {
    const target = await file.begin(columns);
    return new RowsOut(file.steps(rows.all()), target, file.format, shape, columns, world.secrets);
  }
  if (flags.json || flags.ndjson || flags.detach) return undefined;
  const { stdout } = world;
  const target: RowsTarget = { write: async (text) => stdout.write(exactly(text, stdout)) };
  return new RowsOut(everyRow(rows), target, jsonLinesFormat, shape, columns, world.secrets);
}

async function* everyRow(rows: MapRows): AsyncGenerator<Step> {
  for await (const row of rows.all()) yield { row, isThere: false };
}
