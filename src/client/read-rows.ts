import type { StoredBranch } from '../contract/branch.js';
import type { Blob, Item } from '../contract/lanes.js';
import type { AnsweredRow, AnsweredRows } from '../contract/stored-rows.js';
import { outcomeFor } from '../contract/typed-outcome.js';
import { answeredRow } from './answered-row.js';
import { resolveBranch } from './read-run.js';
import { wideBranches } from './wide-branches.js';
import type { TextReader } from './wide-branches.js';

/**
 * The rows that `mapRows` has asked about, each with its outcome, in input order: every row once, whatever came of it. Some 250 are in
 * memory at a time; reports are read twice, first for where each belongs.
 *
 * @param store the same that the workers have: `new BlobStore(home)` with their `FANFOLD_HOME` or `FANFOLD_STORE`
 * @param from place of the first row, from 0; 0 by default
 * @throws FanfoldError `DocumentMissing` where rows or answers are not in the store
 */
export async function* readRows<Row, Value>(
  { wide, startedAtMs, samples }: AnsweredRows<Row, Value>,
  store: TextReader,
  { from = 0 }: { from?: number } = {},
): AsyncGenerator<AnsweredRow<Row, Value>, void, undefined> {
  const reports = await reportsByChunk({ wide }, store);
  const each = samples?.count ?? 1;
  let begin = 0;
  for (const [at, chunk] of wide.chunks.entries()) {
    const end = begin + chunk.count;
    if (end > from * each) {
      const items = JSON.parse(await store.readText(chunk)) as Item[];
      const part = { ...wide, chunks: [chunk], batches: reports[at] ?? [] };
      const plan = { template: samples === undefined ? {} : { samples: each }, total: chunk.count };
      const branches: StoredBranch[] = [];
      for await (const branch of wideBranches(part, startedAtMs, plan, store, begin)) {
        branches[branch.index - begin] = branch;
      }
      for (const [place, { fields }] of items.entries()) {
        const about = branches.slice(place * each, (place + 1) * each);
        const index = begin / each + place;
        if (about.length < each || index < from) continue;
        const whole = await Promise.all(about.map((stored) => wholeBranch(stored, store)));
        const answered = samples === undefined ? { outcome: outcomeOf(whole) } : answeredRow(index, whole, samples);
        yield { row: fields as Row, ...(answered as Omit<AnsweredRow<Row, Value>, 'row'>) };
      }
    }
    begin = end;
  }
}

async function wholeBranch(stored: StoredBranch, store: TextReader): Promise<StoredBranch> {
  const { output } = await resolveBranch(stored, store);
  return { ...stored, ...(output !== undefined && { output: { inline: output } }) };
}

function outcomeOf([only]: readonly StoredBranch[]) {
  if (only === undefined) throw new Error('A row has one answer at least.');
  return outcomeFor(only, only.key, only.index);
}

/** The reports that tell of each chunk, in the order in which they came. */
async function reportsByChunk(
  { wide }: Pick<AnsweredRows<unknown, unknown>, 'wide'>,
  store: TextReader,
): Promise<Blob[][]> {
  const chunkOf = new Uint32Array(wide.chunks.reduce((sum, { count }) => sum + count, 0));
  let begin = 0;
  for (const [at, { count }] of wide.chunks.entries()) {
    chunkOf.fill(at, begin, begin + count);
    begin += count;
  }
  const reports: Blob[][] = wide.chunks.map(() => []);
  for (const report of wide.batches) {
    const branches = JSON.parse(await store.readText(report)) as StoredBranch[];
    for (const at of new Set(branches.map(({ index }) => chunkOf[index]))) reports[at ?? 0]?.push(report);
  }
  return reports;
}
