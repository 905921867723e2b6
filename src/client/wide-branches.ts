import type { Item } from '../contract/lanes.js';
import { afterEarlier, outcomeOfSkip, tooLate } from '../contract/outcome.js';
import type { Place, StoredBranch } from '../contract/branch.js';
import type { WideOutcomes } from '../contract/run-result.js';
import type { BlobStore } from '../store/blob-store.js';

/**
 * The branches of a wide run in input order, from its lanes' reports. The run says what became of those that are in no report.
 *
 * @throws FanfoldError `DocumentMissing` when a report was stored elsewhere
 */
export async function wideBranches(wide: WideOutcomes, startedAtMs: number, store: BlobStore): Promise<StoredBranch[]> {
  const branches: StoredBranch[] = [];
  for (const report of wide.batches) {
    for (const branch of JSON.parse(await store.readText(report)) as StoredBranch[]) {
      const outcome = isLate(branch, wide) ? tooLate(branch, wide.others.message) : branch;
      const earlier = branches[branch.index];
      // A branch that has failed and was begun anew is in two reports, and has paid for both.
      if (earlier === undefined) branches[branch.index] = outcome;
      else if (earlier.status !== 'ok') branches[branch.index] = afterEarlier(earlier, outcome);
    }
  }
  const poisoned = new Set(wide.poisoned);
  let first = 0;
  for (const chunk of wide.chunks) {
    let items: Item[] | undefined;
    for (let index = first; index < first + chunk.count; index += 1) {
      if (branches[index] !== undefined) continue;
      items ??= JSON.parse(await store.readText(chunk)) as Item[];
      const place = { key: items[index - first]?.key ?? String(index), index, queuedAtMs: startedAtMs };
      branches[index] = poisoned.has(index) ? poisonedBranch(place) : otherBranch(place, wide.others);
    }
    first += chunk.count;
  }
  return branches;
}

/** Whether the outcome is late: a lane knows that it was cut, and not why. */
function isLate({ status }: StoredBranch, { others }: WideOutcomes): boolean {
  return status === 'cancelled' && others.status === 'late';
}

function otherBranch(place: Place, { status, message }: WideOutcomes['others']): StoredBranch {
  const type = { skipped: 'OverBudget', late: 'Late', cancelled: 'Cancelled' }[status];
  return { ...outcomeOfSkip(place, message, place.queuedAtMs), status, error: { type, message } };
}

function poisonedBranch(place: Place): StoredBranch {
  const message = 'Every worker that had it ended.';
  return {
    ...outcomeOfSkip(place, message, place.queuedAtMs),
    status: 'failed',
    error: { type: 'WorkerEnded', message },
  };
}
