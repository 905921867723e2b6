import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { Lane, LaneBeat } from '../../src/contract/lanes.js';
import type { Ledger } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';

/** For the ledgers of the branches that are under way, by index. */
export function noLedgers(): Map<number, Ledger> {
  return new Map();
}

/** What a lane has under way: ledgers that have nothing to tell are left out. */
export function beatOf(places: readonly number[], ledgers: ReadonlyMap<number, Ledger>): LaneBeat {
  const telling = [...ledgers].filter(
    ([, { attempts, costUsd, lostUsd }]) => attempts > 1 || costUsd !== 0 || lostUsd > 0,
  );
  return { underWay: toRanges(places), ...(telling.length > 0 && { ledgers: Object.fromEntries(telling) }) };
}

/** What lanes before have left of branches that they had begun: each may have a call out of which nobody has told. */
export function ledgersOf({ begunBefore, firstIndex }: Lane): Map<number, Ledger> {
  const indices = fromRanges(begunBefore?.underWay ?? []).map((place) => firstIndex + place);
  return new Map(indices.map((index) => [index, { ...noLedger, ...begunBefore?.ledgers?.[index], open: true }]));
}
