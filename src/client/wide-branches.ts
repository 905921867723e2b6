import type { Item, Template } from '../contract/lanes.js';
import { afterEarlier, cutByKey, noLaneAnswered, outcomeOfSkip, tooLate } from '../contract/outcome.js';
import type { Place, StoredBranch } from '../contract/branch.js';
import type { WideOutcomes } from '../contract/run-result.js';
import { askedAt } from '../plan/item-request.js';
import type { BlobStore } from '../store/blob-store.js';

/** What reads texts of the store. */
export type TextReader = Pick<BlobStore, 'readText'>;

/**
 * The branches of a wide run, from its lanes' reports: those that are ok in the order in which they came, then those that are lost, and
 * then those that are in no report: the run says what became of them. Each comes once.
 *
 * @param template of the run's plan: it says how often each item is asked about
 * @param begin index of the first branch of the chunks, where they are a part of the run's
 * @throws FanfoldError `DocumentMissing` when a report was stored elsewhere
 */
export async function* wideBranches(
  wide: WideOutcomes,
  startedAtMs: number,
  { template, total }: { template: Pick<Template, 'samples' | 'ways'>; total: number },
  store: TextReader,
  begin = 0,
): AsyncGenerator<StoredBranch> {
  const told = new Uint8Array(total);
  const lost = new Map<number, StoredBranch>();
  for (const report of wide.batches) {
    for (const branch of JSON.parse(await store.readText(report)) as StoredBranch[]) {
      // Beside the chunks that are asked for: the report tells of others, too.
      if (branch.index < begin || branch.index >= begin + total) continue;
      const outcome = isLate(branch, wide) ? tooLate(branch, wide.others.message) : branch;
      const earlier = lost.get(branch.index);
      // A branch that has failed and was begun anew is in two reports, and has paid for both.
      if (earlier !== undefined && earlier.status !== 'ok') lost.set(branch.index, afterEarlier(earlier, outcome));
      if (told[branch.index - begin] === 1) continue;
      told[branch.index - begin] = 1;
      if (outcome.status === 'ok') yield outcome;
      else lost.set(branch.index, outcome);
    }
  }
  yield* lost.values();
  const poisoned = new Set(wide.poisoned);
  let first = begin;
  for (const chunk of wide.chunks) {
    let items: Item[] | undefined;
    for (let index = first; index < first + chunk.count; index += 1) {
      if (told[index - begin] === 1) continue;
      items ??= JSON.parse(await store.readText(chunk)) as Item[];
      const key = askedAt(items, index - first, template)?.key ?? String(index);
      const place = { key, index, queuedAtMs: startedAtMs };
      yield poisoned.has(index) ? poisonedBranch(place) : otherBranch(place, wide.others);
    }
    first += chunk.count;
  }
}

/** Whether the outcome is late: a lane knows that it was cut, and not why. */
function isLate({ status, error }: StoredBranch, { others }: WideOutcomes): boolean {
  return status === 'cancelled' && others.status === 'late' && error?.message !== cutByKey;
}

function otherBranch(place: Place, { status, message }: WideOutcomes['others']): StoredBranch {
  const type = { skipped: 'OverBudget', late: 'Late', cancelled: 'Cancelled' }[status];
  return { ...outcomeOfSkip(place, message, place.queuedAtMs), status, error: { type, message } };
}

function poisonedBranch(place: Place): StoredBranch {
  return {
    ...outcomeOfSkip(place, noLaneAnswered, place.queuedAtMs),
    status: 'failed',
    error: { type: 'WorkerEnded', message: noLaneAnswered },
  };
}
