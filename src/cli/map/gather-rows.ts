import { maxDirectWidth } from '../../contract/limits.js';
import type { Policy } from '../../contract/options.js';
import type { RowsFold } from '../../fold/rows.js';
import { variablesIn } from '../../plan/fill.js';
import { requestsAbout } from '../../plan/item-request.js';
import { parseShare } from '../read/numbers.js';
import { RowFilter } from '../read/row-filter.js';
import { tableOf } from '../read/table-rows.js';
import { DocumentBounds } from '../run/document-bounds.js';
import type { World } from '../world.js';
import { checkRows } from './check-rows.js';
import type { CheckedRows } from './check-rows.js';
import type { RowsFlags } from './map-flags.js';
import { MapRows } from './map-rows.js';
import { RowShape } from './row-record.js';
import { RowsFile } from './rows-file.js';
import type { RowsQuestion } from './rows-question.js';
import { shareOfAsked } from './share-of-asked.js';

/** The rows that are asked about, gone through once. */
interface GatheredRows {
  rows: MapRows;
  checked: CheckedRows;
  fold: RowsFold;
  /** Of a run over any of them. */
  policy: Policy;
  /** What all of them may cost, where the flags want to know. */
  bounds: DocumentBounds;
  /** Where the answers are written, how, and in which columns. */
  file: RowsFile | undefined;
  shape: RowShape;
  columns: string[];
  /** The share of the rows asked about that must be ok, where the flags say one of all rows. */
  atLeast: number | undefined;
}

/** @throws InputError where flags or rows cannot be meant */
export async function gatherRows(
  path: string,
  question: RowsQuestion,
  flags: RowsFlags,
  world: World,
): Promise<GatheredRows> {
  // Flags are checked before a byte is read.
  const { template, rows: fold, wide } = question.planOfOne();
  const where = flags.where === undefined ? undefined : new RowFilter(flags.where);
  const named = question.prompts.flatMap((prompt) => variablesIn(prompt)).map(({ path: [column] }) => column);
  const names = [...named, ...(where?.columns ?? [])];
  const rows = new MapRows(await tableOf(path, names, world), question.prompts, where, flags.idField);
  const shape = new RowShape(fold, question.schema, flags.prefix);
  const file = flags.out === undefined ? undefined : await RowsFile.open(flags.out, flags, world);
  const bounds = new DocumentBounds(template.model, (item) =>
    requestsAbout(item, template).map(({ request }) => ({ request })),
  );
  const countsCost = flags.budget !== undefined || flags.dryRun === true;
  try {
    const checked = await checkRows(rows, file, maxDirectWidth + 1, (item) => {
      if (countsCost) bounds.add(item);
    });
    const columns = shape.columns(checked.columns);
    const atLeast = shareOf(flags, checked, file);
    return { rows, checked, fold, policy: wide.policy, bounds, file, shape, columns, atLeast };
  } catch (error) {
    await file?.unlock();
    throw error;
  }
}

function shareOf({ atLeast }: RowsFlags, checked: CheckedRows, file: RowsFile | undefined): number | undefined {
  if (atLeast === undefined || checked.asked === 0) return undefined;
  return shareOfAsked(parseShare(atLeast, 'at-least'), checked, file?.lostForGood ?? 0);
}
